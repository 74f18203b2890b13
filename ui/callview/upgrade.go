package callview

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// upgradeBar tells, below the head of the call, where the two sides stand on a
// direct path, and lets this side answer. Nothing in it has the focus, so that
// no key pressed for something else agrees.
type upgradeBar struct {
	panel         *widgets.Panel
	text, shows   *widget.Label
	busy          *widget.ProgressBarInfinite
	agree, refuse *widgets.Button
	news          string // how the last step ended, until it is dismissed or another begins
}

func newUpgradeBar(w words.Words, agree, refuse func()) *upgradeBar {
	b := &upgradeBar{
		text: widgets.Paragraph(""), shows: widgets.Paragraph(""), busy: widget.NewProgressBarInfinite(),
		agree: widgets.NewButton(w.T("upgrade.agree"), agree), refuse: widgets.NewButton("", refuse),
	}
	b.busy.Stop()
	b.shows.TextStyle.Bold = true
	b.agree.Importance = widget.WarningImportance
	said := container.NewVBox(b.text, b.shows, b.busy)
	buttons := container.NewCenter(container.NewHBox(b.agree, b.refuse))
	b.panel = widgets.NewPanel("card", 0, 20, 6, container.NewBorder(nil, nil,
		widgets.NewIcon("direct", theme.ColorNameWarning, 24), buttons, said))
	b.panel.Hide()
	return b
}

// set shows the step that the call is at.
func (b *upgradeBar) set(w words.Words, c phone.CallInfo) {
	visible(b.agree, c.Upgrade == phone.Asked)
	visible(b.shows, c.Upgrade == phone.Asked)
	moving := c.Upgrade == phone.Moving
	visible(b.busy, moving)
	if moving {
		b.busy.Start()
	} else {
		b.busy.Stop()
	}
	if c.Upgrade != phone.NoUpgrade || c.Route == phone.Direct {
		b.news = ""
	}
	visible(b.refuse, c.Upgrade == phone.Asked || c.Upgrade == phone.Asking || b.news != "")
	switch c.Upgrade {
	case phone.Asking:
		b.text.SetText(w.T("upgrade.asking"))
		b.refuse.SetText(w.T("upgrade.withdraw"))
	case phone.Asked:
		b.text.SetText(w.T("upgrade.asked"))
		b.shows.SetText(words.Joined(words.Hosts(c.WouldShow)))
		b.refuse.SetText(w.T("upgrade.stay"))
	case phone.Moving:
		b.text.SetText(w.T("upgrade.moving"))
	case phone.NoUpgrade:
		b.text.SetText(b.news)
		b.refuse.SetText(w.T("close"))
	}
	visible(b.panel, (c.Upgrade != phone.NoUpgrade || b.news != "") && c.State == phone.Connected)
	b.panel.Refresh()
}

// showUpgrade shows what can be done about the path now. A question about
// addresses that are no longer the right ones goes away: nobody agrees to
// something else than what they read.
func (s *Screen) showUpgrade() {
	w := s.env.Words
	s.upgrade.set(w, s.info)
	connected := s.info.State == phone.Connected
	visible(s.path, connected && s.info.Route != phone.NoRoute && s.info.Upgrade == phone.NoUpgrade)
	if s.info.Route == phone.Direct {
		s.path.Set("relay", w.T("upgrade.back"), widgets.Plain)
		s.path.SetDisabled(false)
	} else {
		s.path.Set("direct", w.T("upgrade.go"), widgets.Plain)
		s.path.SetDisabled(len(s.info.WouldShow) == 0 || s.info.Trust == phone.Changed)
	}
	if s.consent != nil && (!s.mayAsk() || !slices.Equal(s.consentTo, s.info.WouldShow)) {
		s.consent.Hide()
	}
}

// mayAsk tells whether a direct path can be asked for.
func (s *Screen) mayAsk() bool {
	c := s.info
	return c.State == phone.Connected && c.Route == phone.Relay && c.Upgrade == phone.NoUpgrade && len(c.WouldShow) > 0 && c.Trust != phone.Changed
}

// changePath goes back to the relay at once, or asks before it asks the other
// side to go direct.
func (s *Screen) changePath() {
	switch {
	case s.info.State == phone.Connected && s.info.Route == phone.Direct && s.info.Upgrade == phone.NoUpgrade:
		s.stayRelayed()
	case s.mayAsk() && s.consent == nil:
		s.askConsent()
	}
}

// askConsent lists what the other side would see.
func (s *Screen) askConsent() {
	w := s.env.Words
	list := container.NewVBox()
	for _, h := range words.Hosts(s.info.WouldShow) {
		list.Add(widgets.NewLine(h).Bold())
	}
	body := container.NewVBox(widgets.NewLine(w.T("upgrade.they-will-see")), list, widgets.Gap(4),
		widgets.Flush(widgets.Paragraph(w.T("upgrade.how"))))
	s.consentTo = slices.Clone(s.info.WouldShow)
	s.consent = widgets.Confirm(s.env.Window, w.T("upgrade.title"), body, w.T("upgrade.ask"), w.T("upgrade.stay"), s.goDirect)
	s.consent.OnClose(func() { s.consent = nil })
}

// goDirect asks the other side or, where it asked, agrees.
func (s *Screen) goDirect() { s.env.Fail(s.phone.GoDirect(s.info.ID)) }

// AboutPath tells whether err says how a step towards a direct path ended.
func AboutPath(err error) bool {
	switch phone.CodeOf(err) {
	case "direct-refused", "direct-unanswered", "direct-failed":
		return true
	}
	return false
}

// Say tells, below the head of the call, how a step towards another path ended.
func (s *Screen) Say(text string) {
	s.upgrade.news = text
	s.showUpgrade()
}

// refuse answers the bar's question with no, or dismisses its news.
func (s *Screen) refuse() {
	if s.info.Upgrade == phone.NoUpgrade {
		s.Say("")
		return
	}
	s.stayRelayed()
}

// stayRelayed refuses, withdraws, or goes back.
func (s *Screen) stayRelayed() { s.env.Fail(s.phone.GoRelay(s.info.ID)) }

// pathButton changes the way that the call takes.
func (s *Screen) pathButton() *widgets.Round {
	return widgets.NewRound("direct", s.env.Words.T("upgrade.go"), widgets.Plain, s.changePath).Key(fyne.KeyD)
}

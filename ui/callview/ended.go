package callview

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/receipt"
	own "paravent/ui/theme"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Ended tells how a call ended and what it showed.
type Ended struct {
	env     widgets.Env
	info    phone.CallInfo
	now     time.Time // when it ended
	onAgain func(to string, video bool)
	onClose func()
	onKnock func(to, name string)
	object  fyne.CanvasObject
	receipt *widget.Label
	more    *widgets.Button // opens the whole receipt, hidden until there is one
}

// NewEnded tells of the ended call of info. onKnock is asked to leave a knock
// where nobody answered.
func NewEnded(env widgets.Env, info phone.CallInfo, now time.Time, onAgain func(to string, video bool),
	onKnock func(to, name string), onClose func()) *Ended {
	s := &Ended{env: env, info: info, now: now, onAgain: onAgain, onKnock: onKnock, onClose: onClose}
	w := env.Words
	name := w.Name(info.Peer.Name)
	face := widgets.NewAvatar(96)
	face.SetPerson(words.SafeName(info.Peer.Name), info.Peer.ID)
	reason := widgets.Paragraph(s.reason())
	reason.Alignment, reason.SizeName = fyne.TextAlignCenter, theme.SizeNameSubHeadingText
	s.receipt = widgets.Paragraph("")
	s.receipt.Alignment = fyne.TextAlignCenter
	lasted := widgets.NewLine("").Small().Center()
	if !info.ConnectedAt.IsZero() {
		lasted.SetText(w.T("ended.lasted", "time", words.Duration(now.Sub(info.ConnectedAt))))
	}
	s.more = widgets.NewButton(w.T("receipt.open"), nil)
	s.more.Hide()
	shut := widgets.NewButton(w.T("close"), onClose)
	again := widgets.NewButton(w.T("ended.again"), s.again)
	again.Importance = widget.HighImportance
	body := widgets.Wide(460, container.NewVBox(
		container.NewCenter(face), widgets.Gap(8), widgets.NewLine(name).Sized(own.SizeHero).Bold().Center().Cut(),
		reason, lasted, s.receipt, widgets.Gap(8),
		container.NewHBox(layout.NewSpacer(), shut, s.knock(), s.more, again, layout.NewSpacer()),
	))
	s.object = container.NewThemeOverride(widgets.NewPanel(own.ColorStage, 0, 24, 16, container.NewCenter(body)), own.NewDark())
	return s
}

// Object is the screen.
func (s *Ended) Object() fyne.CanvasObject { return s.object }

// ID is the call that ended.
func (s *Ended) ID() phone.CallID { return s.info.ID }

// reason says why, and more where an error says more.
func (s *Ended) reason() string {
	w := s.env.Words
	text := w.Ended(s.info.Reason)
	if s.info.Err != nil && phone.CodeOf(s.info.Err) != "internal" {
		if more := w.Error(s.info.Err); more != text {
			text += "\n" + more
		}
	}
	return text
}

// Receipt adds what the call really showed.
func (s *Ended) Receipt(r phone.Receipt) {
	s.receipt.SetText(s.env.Words.ReceiptLine(&r))
	entry := phone.HistoryEntry{
		Call: s.info.ID, At: s.info.Started, Outgoing: s.info.Outgoing, Peer: s.info.Peer, Video: s.info.Video,
		Reason: s.info.Reason, Route: s.info.Route, Receipt: &r,
	}
	if !s.info.ConnectedAt.IsZero() {
		entry.Lasted = s.now.Sub(s.info.ConnectedAt)
	}
	s.more.OnTapped = func() { receipt.Show(s.env, entry, s.now) }
	s.more.Show()
}

// Key closes with Escape and Enter.
func (s *Ended) Key(name fyne.KeyName) {
	switch name {
	case fyne.KeyEscape, fyne.KeyReturn, fyne.KeyEnter:
		s.onClose()
	}
}

func (s *Ended) again() { s.onAgain(s.peer(), s.info.Video) }

// knock is the way to leave a few words where nobody answered.
func (s *Ended) knock() fyne.CanvasObject {
	b := widgets.NewButton(s.env.Words.T("knock.leave"), func() { s.onKnock(s.peer(), s.info.Peer.Name) })
	b.Hidden = !s.info.Outgoing || s.info.Reason != phone.NoAnswer
	return b
}

// peer is what the phone takes for whom the call was with.
func (s *Ended) peer() string {
	if s.info.Peer.Contact || s.info.Peer.Address == "" {
		return s.info.Peer.ID
	}
	return s.info.Peer.Address
}

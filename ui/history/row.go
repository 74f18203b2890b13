package history

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// row shows one past call or knock, or the name of a day.
type row struct {
	widget.BaseWidget
	screen *Screen
	entry  phone.HistoryEntry

	day                 *widgets.Line
	icon                *widgets.Icon
	name, second, third *widgets.Line
	when                *widgets.Line
	receipt             *widgets.IconButton
	more                *widgets.IconButton
	text, head, body    *fyne.Container
}

func newRow(s *Screen) *row {
	w := s.env.Words
	r := &row{screen: s, icon: widgets.NewIcon("incoming", "subtle", 22), name: widgets.NewLine("").Bold().Cut(),
		second: widgets.NewLine("").Small().Cut(), third: widgets.NewLine("").Small().Cut(), when: widgets.NewLine("").Small(),
		day: widgets.NewLine("").Bold().Cut()}
	r.ExtendBaseWidget(r)
	audio := widgets.NewIconButton("phone", w.T("call.audio"), func() { s.onCall(target(r.entry.Peer), false) })
	video := widgets.NewIconButton("video", w.T("call.video"), func() { s.onCall(target(r.entry.Peer), true) })
	audio.Set("phone", w.T("call.audio"), theme.ColorNamePrimary)
	video.Set("video", w.T("call.video"), theme.ColorNamePrimary)
	r.receipt = widgets.NewIconButton("shield", w.T("receipt.open"), func() { s.show(r.entry) })
	r.more = widgets.NewIconButton("more", w.T("history.more"), func() { s.openMenu(r.entry, r.more) })
	r.text = container.NewVBox(layout.NewSpacer(), r.name, r.second, r.third, layout.NewSpacer())
	right := container.NewHBox(container.NewCenter(widgets.Wide(46, r.when)), r.receipt, audio, video, r.more)
	r.body = widgets.Inset(8, 7, container.NewBorder(nil, nil,
		container.NewHBox(widgets.Gap(2), r.icon, widgets.Gap(8)), container.NewCenter(right), r.text))
	r.head = widgets.Inset(10, 0, container.NewVBox(layout.NewSpacer(), r.day))
	r.head.Hide()
	return r
}

// target is what Call takes for this person: the contact, or their link.
func target(p phone.Person) string {
	if p.Contact || p.Address == "" {
		return p.ID
	}
	return p.Address
}

func (r *row) set(i item) {
	if i.isDay() {
		r.day.SetText(i.day)
		r.body.Hide()
		r.head.Show()
		return
	}
	r.head.Hide()
	r.body.Show()
	w, e := r.screen.env.Words, i.entry
	r.entry = e
	icon, color := Look(e)
	r.icon.Set(icon, color)
	r.name.SetText(w.Name(e.Peer.Name))
	r.second.SetText(w.Outcome(e))
	r.second.SetColor(color)
	if e.Kind == phone.HistoryKnock { // alone on its line: no direction of writing mixes it with words of the window
		r.third.SetText(words.SafeKnock(e.Text))
	} else {
		r.third.SetText(w.ReceiptLine(e.Receipt))
	}
	r.third.SetColor("subtle")
	if r.third.Hidden == (r.third.Text() != "") {
		r.third.Hidden = !r.third.Hidden
		r.text.Refresh() // two lines stand in the middle, as three do
	}
	r.receipt.SetDisabled(e.Receipt == nil)
	r.when.SetText(words.Clock(e.At, r.screen.now()))
}

// Look is the icon and colour of an entry: only calls missed here stand out.
func Look(e phone.HistoryEntry) (string, fyne.ThemeColorName) {
	switch {
	case e.Kind == phone.HistoryKnock:
		return "knock", "subtle"
	case e.Outgoing:
		return "outgoing", "subtle"
	case e.Silenced:
		return "silenced", "subtle"
	case e.Missed():
		return "missed", theme.ColorNameError
	}
	return "incoming", "subtle"
}

// TappedSecondary implements fyne.SecondaryTappable.
func (r *row) TappedSecondary(*fyne.PointEvent) {
	if r.body.Visible() {
		r.screen.openMenu(r.entry, r.more)
	}
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.head, r.body))
}

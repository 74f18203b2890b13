package history

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// row shows one past call.
type row struct {
	widget.BaseWidget
	screen *Screen
	entry  phone.HistoryEntry

	icon                *widgets.Icon
	name, second, third *widgets.Line
	when                *widgets.Line
	audio, video        *widgets.IconButton
	body                *fyne.Container
}

func newRow(s *Screen) *row {
	w := s.env.Words
	r := &row{screen: s, icon: widgets.NewIcon("incoming", "subtle", 22), name: widgets.NewLine("").Bold().Cut(),
		second: widgets.NewLine("").Small().Cut(), third: widgets.NewLine("").Small().Cut(), when: widgets.NewLine("").Small()}
	r.ExtendBaseWidget(r)
	r.audio = widgets.NewIconButton("phone", w.T("call.audio"), func() { s.onCall(target(r.entry.Peer), false) })
	r.video = widgets.NewIconButton("video", w.T("call.video"), func() { s.onCall(target(r.entry.Peer), true) })
	r.audio.Set("phone", w.T("call.audio"), theme.ColorNamePrimary)
	r.video.Set("video", w.T("call.video"), theme.ColorNamePrimary)
	text := container.NewVBox(layout.NewSpacer(), r.name, r.second, r.third, layout.NewSpacer())
	receipt := widgets.NewIconButton("shield", w.T("receipt.open"), func() { s.show(r.entry) })
	right := container.NewHBox(container.NewCenter(widgets.Wide(112, r.when)), receipt, r.audio, r.video)
	r.body = widgets.Inset(8, 7, container.NewBorder(nil, nil,
		container.NewHBox(widgets.Gap(2), r.icon, widgets.Gap(8)), container.NewCenter(right), text))
	return r
}

// target is what Call takes for this person: the contact, or their link.
func target(p phone.Person) string {
	if p.Contact || p.Address == "" {
		return p.ID
	}
	return p.Address
}

func (r *row) set(e phone.HistoryEntry) {
	w := r.screen.env.Words
	r.entry = e
	icon, color := look(e)
	r.icon.Set(icon, color)
	r.name.SetText(w.Name(e.Peer.Name))
	r.second.SetText(w.Outcome(e))
	r.second.SetColor(color)
	line := w.ReceiptLine(e.Receipt)
	r.third.SetText(line)
	r.third.SetColor("subtle")
	if line == "" {
		r.third.Hide()
	} else {
		r.third.Show()
	}
	r.when.SetText(w.When(e.At, r.screen.now()))
}

// look is the icon and colour of an entry: only calls missed here stand out.
func look(e phone.HistoryEntry) (string, fyne.ThemeColorName) {
	switch {
	case e.Outgoing:
		return "outgoing", "subtle"
	case e.Reason == phone.Missed || e.Reason == phone.Cancelled && e.Lasted == 0:
		return "missed", theme.ColorNameError
	}
	return "incoming", "subtle"
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.body) }

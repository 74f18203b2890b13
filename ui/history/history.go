// Package history lists past calls: who, when, how it ended and what it
// showed. Drawing goroutine only.
package history

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/receipt"
	"paravent/ui/widgets"
)

// limit is how many calls are shown.
const limit = 500

// Phone is what the history needs.
type Phone interface {
	History(limit int) []phone.HistoryEntry
	ClearHistory() error
}

// Screen is the history.
type Screen struct {
	env    widgets.Env
	phone  Phone
	onCall func(to string, video bool)
	now    func() time.Time

	object  fyne.CanvasObject
	list    *widget.List
	empty   fyne.CanvasObject
	clear   *widget.Button
	entries []phone.HistoryEntry
}

// New shows the history of p; now tells the time and its zone.
func New(env widgets.Env, p Phone, now func() time.Time, onCall func(to string, video bool)) *Screen {
	s := &Screen{env: env, phone: p, onCall: onCall, now: now}
	w := env.Words
	s.list = widget.NewList(
		func() int { return len(s.entries) },
		func() fyne.CanvasObject { return newRow(s) },
		func(i widget.ListItemID, o fyne.CanvasObject) { o.(*row).set(s.entries[i]) },
	)
	s.list.HideSeparators = true
	s.list.OnSelected = func(i widget.ListItemID) {
		s.list.Unselect(i)
		s.show(s.entries[i])
	}
	none := widgets.Paragraph(w.T("history.none"))
	none.Alignment = fyne.TextAlignCenter
	s.empty = widgets.Wide(360, container.NewVBox(container.NewCenter(widgets.NewIcon("history", "subtle", 56)), none))
	s.clear = widget.NewButton(w.T("history.clear"), s.askClear)
	head := container.NewBorder(nil, nil, widgets.Heading(w.T("history.title")), s.clear)
	s.object = widgets.Inset(24, 20, container.NewBorder(container.NewVBox(head, widgets.Gap(4)), nil, nil, nil,
		container.NewStack(s.list, container.NewCenter(s.empty))))
	s.Reload()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// Reload reads the history again.
func (s *Screen) Reload() {
	s.entries = s.phone.History(limit)
	if len(s.entries) == 0 {
		s.empty.Show()
		s.clear.Disable()
	} else {
		s.empty.Hide()
		s.clear.Enable()
	}
	s.list.Refresh()
}

// show opens the receipt of a call.
func (s *Screen) show(e phone.HistoryEntry) { receipt.Show(s.env, e, s.now()) }

func (s *Screen) askClear() {
	w := s.env.Words
	widgets.Ask(s.env.Window, w.T("history.clear-title"), w.T("history.clear-question"),
		w.T("history.clear"), w.T("cancel"), func() {
			s.env.Fail(s.phone.ClearHistory())
			s.Reload()
		})
}

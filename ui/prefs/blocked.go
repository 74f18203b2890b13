package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/openlink"
	"paravent/ui/widgets"
)

// blockedPeople lists who is blocked, in the address book or not.
func (s *Screen) blockedPeople() fyne.CanvasObject {
	w := s.env.Words
	about := "blocked.about"
	if len(s.blocked) == 0 {
		about = "blocked.none"
	}
	rows := []fyne.CanvasObject{widgets.Flush(widgets.Paragraph(w.T(about)))}
	for _, p := range s.blocked {
		where := w.T("blocked.contact")
		if !p.Contact {
			where = w.T("link.key", "key", openlink.ShortKey(p.ID))
		}
		name := container.NewVBox(widgets.NewLine(w.Name(p.Name)).Bold().Cut(), widgets.NewLine(where).Small().Cut())
		undo := widget.NewButton(w.T("blocked.undo"), func() {
			s.env.Fail(s.phone.Unblock(p.ID))
			s.fill()
		})
		rows = append(rows, container.NewBorder(nil, nil, nil, container.NewCenter(undo), name))
	}
	return widgets.Section(w.T("blocked.title"), rows...)
}

package prefs

import (
	"fyne.io/fyne/v2"

	"paravent/ui/keep"
	"paravent/ui/widgets"
)

// history is how long calls are remembered.
func (s *Screen) history() fyne.CanvasObject {
	w := s.env.Words
	return widgets.Section(w.T("keep.title"), widgets.Flush(widgets.Paragraph(w.T("keep.about"))),
		keep.NewChoice(s.env, s.phone, s.now, s.save))
}

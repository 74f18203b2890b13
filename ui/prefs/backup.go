package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/ui/backup"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// backup says what a backup is, makes one, and where the last one lies.
func (s *Screen) backup() fyne.CanvasObject {
	w := s.env.Words
	rows := []fyne.CanvasObject{widgets.Flush(widgets.Paragraph(w.T("backup.about")))}
	if s.backedUp != "" {
		rows = append(rows, widgets.Flush(widgets.Paragraph(w.T("backup.last", "path", words.SafeText(s.backedUp)))))
	}
	rows = append(rows, container.NewHBox(widgets.NewButton(w.T("backup.make"), func() {
		backup.Make(s.env, s.phone, s.now(), func(path string) { s.backedUp = path; s.fill() })
	})))
	return widgets.Section(w.T("backup.title"), rows...)
}

package contacts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// What the list of those who were not imported takes: it scrolls where they are
// many.
const (
	skippedWidth = 480
	skippedRow   = 52
	skippedRows  = 4
)

// showImport says what became of a file, and offers to undo it.
func (s *Screen) showImport(done phone.Import) {
	w := s.env.Words
	count := func(key string, n int) fyne.CanvasObject {
		return widgets.NewLine(w.T("contacts.import-"+key, "count", strconv.Itoa(n)))
	}
	content := container.NewVBox()
	for _, part := range []struct {
		key string
		n   int
	}{{"added", done.Added}, {"updated", done.Updated}, {"same", done.Same}, {"skipped", len(done.Skipped)}} {
		if part.n > 0 {
			content.Add(count(part.key, part.n))
		}
	}
	if len(done.Skipped) > 0 {
		content.Add(s.skipped(done.Skipped))
	}
	if done.Added > 0 {
		content.Add(widgets.Hint(w.T("contacts.import-means")))
	}
	var d *widgets.Dialog
	undo := widgets.NewButton(w.T("contacts.import-undo"), func() {
		d.Hide()
		s.takeBack(done)
	})
	if done.Added+done.Updated == 0 {
		undo.Hide()
	}
	shut := widgets.NewButton(w.T("done"), func() { d.Hide() })
	shut.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, w.T("contacts.import-done"), skippedWidth, content, undo, shut)
	s.env.Window.Canvas().Focus(shut)
}

// skipped lists who was not imported, each with the reason.
func (s *Screen) skipped(list []phone.Skipped) fyne.CanvasObject {
	w := s.env.Words
	rows := widgets.NewList(
		func() int { return len(list) },
		func() fyne.CanvasObject {
			return widgets.Inset(4, 3, container.NewVBox(widgets.NewLine("").Bold().Cut(), widgets.NewLine("").Small().Cut()))
		},
		func(i int, o fyne.CanvasObject) {
			lines := o.(*fyne.Container).Objects[0].(*fyne.Container).Objects
			lines[0].(*widgets.Line).SetText(w.Name(list[i].Name))
			lines[1].(*widgets.Line).SetText(s.why(list[i]))
		},
	)
	return container.NewGridWrap(fyne.NewSize(skippedWidth, skippedRow*float32(min(len(list), skippedRows))), rows)
}

// why is the reason in one line. Faults that advise more where they are told
// alone have shorter words here.
func (s *Screen) why(one phone.Skipped) string {
	switch one.Why {
	case "bad-address", "contact-name-taken":
		return s.env.Words.T("contacts.skipped-" + one.Why)
	}
	return s.env.Words.T("error." + one.Why)
}

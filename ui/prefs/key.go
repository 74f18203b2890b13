package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// key says where the key of the profile lies, and changes what protects it.
func (s *Screen) key() fyne.CanvasObject {
	w, place := s.env.Words, s.phone.KeyPlace()
	buttons := container.NewHBox()
	for _, c := range changesOf(place) {
		buttons.Add(widgets.NewButton(w.T("key."+string(c)), func() { protect(s.env, s.phone, c, s.fill) }))
	}
	rows := []fyne.CanvasObject{widgets.Flush(widgets.Paragraph(w.T("key.in-" + string(place))))}
	if len(buttons.Objects) > 0 {
		rows = append(rows, buttons)
	}
	return widgets.Section(w.T("key.title"), rows...)
}

func changesOf(place phone.KeyPlace) []keyChange {
	switch place {
	case phone.KeyInClear:
		return []keyChange{keySet}
	case phone.KeyWithSecret:
		return []keyChange{keyChanged, keyRemoved}
	case phone.KeyInKeyring:
	}
	return nil
}

package widgets

import (
	"slices"

	"fyne.io/fyne/v2/widget"

	"paravent/ui/words"
)

// NewLanguage chooses among the system's language ("") and those the phone
// speaks, each named in itself.
func NewLanguage(w words.Words, selected string, changed func(lang string)) *widget.Select {
	ids := append([]string{""}, words.Languages...)
	names := []string{w.T("language.system")}
	for _, lang := range words.Languages {
		names = append(names, words.For(lang).T("language.name"))
	}
	s := widget.NewSelect(names, nil)
	s.SetSelectedIndex(max(0, slices.Index(ids, selected)))
	s.OnChanged = func(string) { changed(ids[max(0, s.SelectedIndex())]) }
	return s
}

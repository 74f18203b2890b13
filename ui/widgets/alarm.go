package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	own "paravent/ui/theme"
)

// NewAlarm is white text on red, for what the person must not overlook.
func NewAlarm(radius float32, text string, beside ...fyne.CanvasObject) *Panel {
	says := widget.NewRichText(&widget.TextSegment{Text: text, Style: widget.RichTextStyle{
		ColorName: theme.ColorNameForegroundOnError, SizeName: theme.SizeNameText, TextStyle: fyne.TextStyle{Bold: true},
	}})
	says.Wrapping = fyne.TextWrapWord
	return NewPanel(own.ColorAlarm, radius, 20, 8, container.NewBorder(nil, nil,
		NewIcon("warning", theme.ColorNameForegroundOnError, 24), container.NewCenter(container.NewHBox(beside...)), says))
}

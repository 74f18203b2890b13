package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Banner tells of something that went wrong, until it is dismissed.
type Banner struct {
	widget.BaseWidget
	label *widget.Label
	panel *Panel
}

// NewBanner is hidden until it says something.
func NewBanner(dismiss string) *Banner {
	b := &Banner{label: widget.NewLabel("")}
	b.ExtendBaseWidget(b)
	b.label.Wrapping = fyne.TextWrapWord
	shut := NewIconButton("close", dismiss, b.Hide)
	b.panel = NewPanel("tint", 0, 24, 2, container.NewBorder(nil, nil,
		NewIcon("warning", theme.ColorNameError, 20), container.NewCenter(shut), b.label))
	b.Hide()
	return b
}

// Say shows text in place of what it said before.
func (b *Banner) Say(text string) {
	b.label.SetText(text)
	b.Show()
}

// Text is what it says, "" while it is hidden.
func (b *Banner) Text() string {
	if !b.Visible() {
		return ""
	}
	return b.label.Text
}

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.panel) }

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Check is a check box that leaves Escape to the window, so that it closes the
// dialog that the check stands in.
type Check struct{ widget.Check }

// NewCheck makes the check; changed runs when the person sets it or takes it away.
func NewCheck(text string, changed func(on bool)) *Check {
	c := &Check{widget.Check{Text: text, OnChanged: changed}}
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		passOn(c, key)
		return
	}
	c.Check.TypedKey(key)
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Button is a button that is pressed by Enter too, and lets the window's own
// keys work while it has the focus: Escape closes the dialog that it stands in.
type Button struct{ widget.Button }

// NewButton makes the button.
func NewButton(text string, tapped func()) *Button {
	b := &Button{widget.Button{Text: text, OnTapped: tapped}}
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyEscape:
		passOn(b, key)
	case fyne.KeyReturn, fyne.KeyEnter: // Fyne's own knows Space only
		b.Button.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	default:
		b.Button.TypedKey(key)
	}
}

// Label is the text on it.
func (b *Button) Label() string { return b.Text }

// passOn gives the window a key that the focused widget has no use for: the
// driver asks the window only where nothing has the focus.
func passOn(focused fyne.CanvasObject, key *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(focused)
	if c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(key)
	}
}

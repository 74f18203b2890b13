package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Shut is the button that closes a dialog and has the focus in it. Keys go to
// what has the focus and not to the dialog, so that it knows Escape by itself.
type Shut struct{ widget.Button }

// NewShut makes the button.
func NewShut(text string, shut func()) *Shut {
	b := &Shut{widget.Button{Text: text, OnTapped: shut}}
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *Shut) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		b.OnTapped()
		return
	}
	b.Button.TypedKey(key)
}

// Label is the text on it.
func (b *Shut) Label() string { return b.Text }

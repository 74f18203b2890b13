package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is a field to type into that leaves Escape to the window, so that it
// closes the dialog that the field stands in.
type Entry struct {
	widget.Entry
	// OnDown runs on the key that leads from a search to what it found. Nil: the
	// key moves the cursor.
	OnDown func()
}

// NewEntry is a field of one line.
func NewEntry() *Entry {
	e := &Entry{Entry: widget.Entry{Wrapping: fyne.TextWrap(fyne.TextTruncateClip)}}
	e.ExtendBaseWidget(e)
	return e
}

// NewMultiLineEntry is a field of several lines.
func NewMultiLineEntry() *Entry {
	e := &Entry{Entry: widget.Entry{MultiLine: true, Wrapping: fyne.TextWrap(fyne.TextTruncateClip)}}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(key *fyne.KeyEvent) {
	switch {
	case key.Name == fyne.KeyEscape:
		passOn(e, key)
	case key.Name == fyne.KeyDown && e.OnDown != nil:
		e.OnDown()
	default:
		e.Entry.TypedKey(key)
	}
}

// TypedShortcut implements fyne.Shortcutable. The driver gives the window no
// shortcut while a field has the focus; those that only the window knows work on.
func (e *Entry) TypedShortcut(shortcut fyne.Shortcut) {
	e.Entry.TypedShortcut(shortcut)
	if _, own := shortcut.(*desktop.CustomShortcut); !own {
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(e).(fyne.Shortcutable); ok {
		c.TypedShortcut(shortcut)
	}
}

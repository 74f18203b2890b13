package widgets

import (
	"strings"

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
	// OnEnter runs on Enter in a field of several lines for what has one line only,
	// as a link has. Nil: Enter begins a line.
	OnEnter func()
	// MostPasted is how many bytes of the clipboard are taken at once: laying out
	// a text of megabytes would hold the window up for minutes.
	MostPasted int
}

// mostPasted is more than any address, name or message has.
const mostPasted = 8 << 10

// NewEntry is a field of one line.
func NewEntry() *Entry {
	e := &Entry{Entry: widget.Entry{Wrapping: fyne.TextWrap(fyne.TextTruncateClip)}, MostPasted: mostPasted}
	e.ExtendBaseWidget(e)
	return e
}

// NewMultiLineEntry is a field of several lines.
func NewMultiLineEntry() *Entry {
	e := &Entry{Entry: widget.Entry{MultiLine: true, Wrapping: fyne.TextWrap(fyne.TextTruncateClip)}, MostPasted: mostPasted}
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
	case (key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter) && e.OnEnter != nil:
		e.OnEnter()
	default:
		e.Entry.TypedKey(key)
	}
}

// AcceptsTab implements fyne.Tabbable: the key leads out of every field, also
// out of one of several lines, which a keyboard could not leave otherwise.
func (e *Entry) AcceptsTab() bool { return false }

// TypedShortcut implements fyne.Shortcutable. The driver gives the window no
// shortcut while a field has the focus; those that only the window knows work on.
func (e *Entry) TypedShortcut(shortcut fyne.Shortcut) {
	if paste, ok := shortcut.(*fyne.ShortcutPaste); ok {
		shortcut = &fyne.ShortcutPaste{Clipboard: cut{paste.Clipboard, e.MostPasted}}
	}
	e.Entry.TypedShortcut(shortcut)
	if _, own := shortcut.(*desktop.CustomShortcut); !own {
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(e).(fyne.Shortcutable); ok {
		c.TypedShortcut(shortcut)
	}
}

// cut is a clipboard of which no more than most bytes are seen.
type cut struct {
	fyne.Clipboard
	most int
}

// Content implements fyne.Clipboard.
func (c cut) Content() string {
	text := c.Clipboard.Content()
	if len(text) <= c.most {
		return text
	}
	return strings.ToValidUTF8(text[:c.most], "")
}

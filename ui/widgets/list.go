package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// List is a list whose rows answer to keys: Space and Enter open the row that
// the keyboard is on, Home, End and the page keys lead through long ones, and
// OnKey gets what the list has no use for.
type List struct {
	widget.List
	OnKey func(row int, key fyne.KeyName)
	// Skips tells of rows that are headings: the keyboard goes past them. Nil:
	// there are none.
	Skips func(row int) bool
	at    int
}

// NewList is a list of as many rows as length says.
func NewList(length func() int, create func() fyne.CanvasObject, update func(row int, o fyne.CanvasObject)) *List {
	l := &List{List: widget.List{Length: length, CreateItem: create, UpdateItem: update, HideSeparators: true}}
	l.ExtendBaseWidget(l)
	l.OnHighlighted = func(row int) { l.at = row }
	return l
}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(key *fyne.KeyEvent) {
	if l.at >= l.Length() {
		l.at = l.Length() - 1
	}
	switch key.Name {
	case fyne.KeyUp, fyne.KeyDown:
		for range 2 { // a heading never follows a heading
			l.List.TypedKey(key)
			if l.Skips == nil || l.at >= l.Length() || !l.Skips(l.at) {
				return
			}
		}
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if l.at >= 0 {
			l.Select(l.at)
		}
	case fyne.KeyHome:
		l.jump(0)
	case fyne.KeyEnd:
		l.jump(l.Length() - 1)
	case fyne.KeyPageUp:
		l.jump(l.at - l.page())
	case fyne.KeyPageDown:
		l.jump(l.at + l.page())
	default:
		if l.OnKey != nil && l.at >= 0 {
			l.OnKey(l.at, key.Name)
		}
	}
}

// jump puts the keyboard on row, or on the one below the heading there.
func (l *List) jump(row int) {
	last := l.Length() - 1
	row = max(0, min(row, last))
	if l.Skips != nil && l.Skips(row) {
		row = min(row+1, last)
	}
	if last >= 0 {
		l.Highlight(row)
	}
}

// page is how many rows are seen at once, but for one to go on reading from.
func (l *List) page() int {
	return max(1, int(l.Size().Height/l.MinSize().Height)-1)
}

package uitest

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/widgets"
)

// Screen looks for widgets in a window, as a person looks for their names.
type Screen struct {
	T      *testing.T
	Window fyne.Window
}

// objects are all that is visible, of the topmost overlay if any.
func (s Screen) objects() []fyne.CanvasObject {
	root := s.Window.Content()
	if top := s.Window.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	return visible(root, nil)
}

// visible walks what is drawn; a hidden parent hides its children.
func visible(o fyne.CanvasObject, found []fyne.CanvasObject) []fyne.CanvasObject {
	if !o.Visible() {
		return found
	}
	found = append(found, o)
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, c := range children {
		found = visible(c, found)
	}
	return found
}

type labelled interface {
	fyne.Tappable
	Label() string
}

// Find returns the first tappable with that name, nil where there is none.
func (s Screen) Find(name string) fyne.Tappable {
	for _, o := range s.objects() {
		switch o := o.(type) {
		case labelled:
			if o.Label() == name {
				return o
			}
		case *widget.Button:
			if o.Text == name {
				return o
			}
		case *widget.Check:
			if o.Text == name {
				return checkTap{o}
			}
		case *widgets.Check:
			if o.Text == name {
				return checkTap{&o.Check}
			}
		default:
			if tap, ok := o.(fyne.Tappable); ok && writes(o, name) {
				return tap
			}
		}
	}
	return nil
}

// writes tells whether a text that is directly in o, as in an item of a menu,
// says name.
func writes(o fyne.CanvasObject, name string) bool {
	w, ok := o.(fyne.Widget)
	return ok && slices.ContainsFunc(test.WidgetRenderer(w).Objects(), func(o fyne.CanvasObject) bool {
		text, ok := o.(*canvas.Text)
		return ok && text.Text == name
	})
}

type checkTap struct{ *widget.Check }

// Tap presses what has that name.
func (s Screen) Tap(name string) {
	s.T.Helper()
	o := s.Find(name)
	if o == nil {
		s.T.Fatalf("nothing called %q on the screen:\n%s", name, strings.Join(s.Texts(), "\n"))
	}
	test.Tap(o)
}

// Checked tells whether the check of that name is on.
func (s Screen) Checked(name string) bool {
	s.T.Helper()
	c, ok := s.Find(name).(checkTap)
	if !ok {
		s.T.Fatalf("no check called %q on the screen", name)
	}
	return c.Check.Checked
}

// SelectRow chooses a row of the list on the screen.
func (s Screen) SelectRow(i int) {
	s.T.Helper()
	for _, o := range s.objects() {
		if list, ok := o.(interface{ Select(row widget.ListItemID) }); ok {
			list.Select(i)
			return
		}
	}
	s.T.Fatal("no list on the screen")
}

// Entry returns the entry with that placeholder.
func (s Screen) Entry(placeholder string) *widget.Entry {
	s.T.Helper()
	e, _ := s.entry(placeholder)
	return e
}

// entry is that entry, and the widget that it is a part of.
func (s Screen) entry(placeholder string) (*widget.Entry, fyne.Focusable) {
	s.T.Helper()
	for _, o := range s.objects() {
		if e, ok := entryOf(o); ok && e.PlaceHolder == placeholder {
			return e, o.(fyne.Focusable)
		}
	}
	s.T.Fatalf("no entry %q", placeholder)
	return nil, nil
}

func entryOf(o fyne.CanvasObject) (*widget.Entry, bool) {
	switch o := o.(type) {
	case *widget.Entry:
		return o, true
	case *widgets.Entry:
		return &o.Entry, true
	}
	return nil, false
}

// Entries are all the entries on the screen.
func (s Screen) Entries() (list []*widget.Entry) {
	for _, o := range s.objects() {
		if e, ok := entryOf(o); ok {
			list = append(list, e)
		}
	}
	return list
}

// Select returns the drop-down that shows chosen.
func (s Screen) Select(chosen string) *widget.Select {
	s.T.Helper()
	for _, o := range s.objects() {
		if l, ok := o.(*widget.Select); ok && l.Selected == chosen {
			return l
		}
	}
	s.T.Fatalf("no drop-down shows %q", chosen)
	return nil
}

// PickFile chooses the file of that name in a file dialog.
func (s Screen) PickFile(name string) {
	s.T.Helper()
	for _, o := range s.objects() {
		tap, ok := o.(fyne.Tappable)
		if w, isWidget := o.(fyne.Widget); ok && isWidget && s.shows(w, name) {
			test.Tap(tap)
			return
		}
	}
	s.T.Fatalf("no file %q", name)
}

// shows tells whether a label directly in w says text.
func (s Screen) shows(w fyne.Widget, text string) bool {
	for _, o := range test.WidgetRenderer(w).Objects() {
		if l, ok := o.(*widget.Label); ok && l.Text == text {
			return true
		}
	}
	return false
}

// Type types into the entry with that placeholder.
func (s Screen) Type(placeholder, text string) {
	s.T.Helper()
	e, focus := s.entry(placeholder)
	e.SetText("")
	test.Type(focus, text)
}

// Texts are all the words on the screen.
func (s Screen) Texts() []string {
	var texts []string
	for _, o := range s.objects() {
		switch o := o.(type) {
		case interface{ Text() string }:
			texts = append(texts, o.Text())
		case *widget.Label:
			texts = append(texts, o.Text)
		case *widget.Button:
			texts = append(texts, o.Text)
		case *widget.RichText:
			texts = append(texts, o.String())
		case *widgets.Check:
			texts = append(texts, o.Text)
		case *widget.Check:
			texts = append(texts, o.Text)
		case labelled:
			texts = append(texts, o.Label())
		}
	}
	return texts
}

// Sees tells whether some text on the screen contains part.
func (s Screen) Sees(part string) bool {
	return strings.Contains(strings.Join(s.Texts(), "\n"), part)
}

// Key presses a key as the driver would: the focused widget gets it first.
func (s Screen) Key(name fyne.KeyName) {
	c := s.Window.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	if typed := c.OnTypedKey(); typed != nil {
		typed(&fyne.KeyEvent{Name: name})
	}
}

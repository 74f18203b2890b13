package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// Dialog is a card over the window with buttons below its content. Escape
// closes it.
type Dialog struct {
	popup   *widget.PopUp
	overlay fyne.CanvasObject // what of popup lies over the window
	head    *Line
	canvas  fyne.Canvas
	typed   func(*fyne.KeyEvent)
	onClose func()
	held    bool // Escape does not close it
}

// NewDialog shows title over content with the buttons at the lower right.
func NewDialog(win fyne.Window, title string, width float32, content fyne.CanvasObject, buttons ...fyne.CanvasObject) *Dialog {
	head := NewLine(title).Sized("title").Bold().Cut()
	row := container.NewHBox(append([]fyne.CanvasObject{layout.NewSpacer()}, buttons...)...)
	body := container.NewBorder(container.NewVBox(head, Gap(4)), container.NewVBox(Gap(4), row), nil, nil, content)
	d := &Dialog{head: head, canvas: win.Canvas()}
	d.popup = widget.NewModalPopUp(Inset(20, 18, container.New(&atLeast{width}, body)), d.canvas)
	d.typed = d.canvas.OnTypedKey()
	d.canvas.SetOnTypedKey(func(key *fyne.KeyEvent) {
		if key.Name == fyne.KeyEscape && !d.held {
			d.Hide()
		}
	})
	d.popup.Show()
	d.overlay = d.canvas.Overlays().Top()
	return d
}

// SetTitle gives it another title.
func (d *Dialog) SetTitle(title string) { d.head.SetText(title) }

// Fit lays it out again after something in it came, went or grew. Left
// alone, a popup only grows.
func (d *Dialog) Fit() {
	d.popup.Resize(d.popup.MinSize())
	d.popup.Refresh()
	d.overlay.Refresh()
}

// Hold keeps Escape from closing it, until it is let go again.
func (d *Dialog) Hold(on bool) { d.held = on }

// OnClose runs f when the person closes the dialog.
func (d *Dialog) OnClose(f func()) { d.onClose = f }

// Gone tells that it was closed, or that a call took its place.
func (d *Dialog) Gone() bool {
	return !slices.Contains(d.canvas.Overlays().List(), d.overlay)
}

// gone is what runs when a dialog goes, by its overlay.
var gone = map[fyne.CanvasObject]func(){}

// OnGone runs f once the dialog is not shown any more, also where a call or
// the window's end took it away: for what must not outlive it.
func (d *Dialog) OnGone(f func()) { gone[d.overlay] = f }

// ClearOverlays takes away whatever stands over a window's content.
func ClearOverlays(c fyne.Canvas) {
	for top := c.Overlays().Top(); top != nil; top = c.Overlays().Top() {
		c.Overlays().Remove(top)
		goneNow(top)
	}
}

func goneNow(o fyne.CanvasObject) {
	if f := gone[o]; f != nil {
		delete(gone, o)
		f()
	}
}

// Hide takes the dialog away; a second call does nothing. One that is gone
// leaves the keys alone: they are those of what took its place.
func (d *Dialog) Hide() {
	if !d.popup.Visible() {
		return
	}
	if !d.Gone() {
		d.canvas.SetOnTypedKey(d.typed)
	}
	d.popup.Hide()
	goneNow(d.overlay)
	if d.onClose != nil {
		d.onClose()
	}
}

// Ask asks before something that cannot be taken back.
func Ask(win fyne.Window, title, question, yes, no string, then func()) *Dialog {
	return Confirm(win, title, Flush(Paragraph(question)), yes, no, then)
}

// Confirm asks about something that is shown. The refusal has the focus.
func Confirm(win fyne.Window, title string, about fyne.CanvasObject, yes, no string, then func()) *Dialog {
	var d *Dialog
	agree := NewButton(yes, func() { d.Hide(); then() })
	agree.Importance = widget.DangerImportance
	refuse := NewButton(no, func() { d.Hide() })
	d = NewDialog(win, title, 380, about, refuse, agree)
	win.Canvas().Focus(refuse)
	return d
}

// Tell tells something that needs no answer: Enter closes it too.
func Tell(win fyne.Window, title, text, shut string) *Dialog {
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	var d *Dialog
	button := NewButton(shut, func() { d.Hide() })
	button.Importance = widget.HighImportance
	d = NewDialog(win, title, 380, Flush(label), button)
	win.Canvas().Focus(button)
	return d
}

// Gap is empty space of that height and width.
func Gap(side float32) fyne.CanvasObject {
	return container.New(&inset{side / 2, side / 2})
}

// atLeast is a layout that makes its one object no narrower than width.
type atLeast struct{ width float32 }

func (l *atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := objects[0].MinSize()
	return fyne.NewSize(max(m.Width, l.width), m.Height)
}

func (l *atLeast) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	place(objects[0], 0, 0, s.Width, s.Height)
}

// Wide makes content at least that wide.
func Wide(width float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(&atLeast{width}, content)
}

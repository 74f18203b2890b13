package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// undoFor is how long something can be undone by a press.
const undoFor = 10 * time.Second

// Undo tells what was just done and offers to undo it, for a few seconds.
type Undo struct {
	widget.BaseWidget
	label *widget.Label
	panel *Panel
	undo  func()
	until time.Time

	changed func() // it came or went: what stands around it moves
}

// NewUndo is hidden until something was done; changed runs when it comes or goes.
func NewUndo(button, dismiss string, changed func()) *Undo {
	u := &Undo{label: widget.NewLabel(""), changed: changed}
	u.ExtendBaseWidget(u)
	u.label.Truncation = fyne.TextTruncateEllipsis
	back := NewButton(button, u.Take)
	shut := NewIconButton("close", dismiss, u.leave)
	u.panel = NewPanel("tint", 8, 12, 2, container.NewBorder(nil, nil, nil, container.NewHBox(back, container.NewCenter(shut)), u.label))
	u.Hide()
	return u
}

// Offer says what was done and how it is undone, from now on.
func (u *Undo) Offer(text string, now time.Time, undo func()) {
	u.label.SetText(text)
	u.undo, u.until = undo, now.Add(undoFor)
	u.Show()
	u.changed()
}

// Take takes the offer; where there is none it does nothing.
func (u *Undo) Take() {
	if u.Visible() {
		u.leave()
		u.undo()
	}
}

func (u *Undo) leave() {
	u.Hide()
	u.changed()
}

// Tick takes the offer away when its time is over.
func (u *Undo) Tick(now time.Time) {
	if u.Visible() && !now.Before(u.until) {
		u.leave()
	}
}

// CreateRenderer implements fyne.Widget.
func (u *Undo) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(u.panel) }

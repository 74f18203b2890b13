package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Busy shows that something is under way, and lets nobody touch what stands
// around it, nor close the dialog that it stands in, until it is over.
type Busy struct {
	Object fyne.CanvasObject
	Others []fyne.Disableable // what nobody may touch meanwhile
	Dialog *Dialog            // set before Start; nil where it stands in none

	activity *widget.Activity
	label    *Line
}

// NewBusy is not under way yet.
func NewBusy() *Busy {
	b := &Busy{activity: widget.NewActivity(), label: NewLine("").Small()}
	b.Object = container.NewHBox(b.activity, container.NewCenter(b.label))
	b.Object.Hide()
	return b
}

// Start says what is under way.
func (b *Busy) Start(what string) {
	b.label.SetText(what)
	b.Object.Show()
	b.activity.Start()
	for _, o := range b.Others {
		o.Disable()
	}
	b.hold(true)
}

// Stop lets go of everything again.
func (b *Busy) Stop() {
	b.activity.Stop()
	b.Object.Hide()
	for _, o := range b.Others {
		o.Enable()
	}
	b.hold(false)
}

func (b *Busy) hold(on bool) {
	if b.Dialog != nil {
		b.Dialog.Hold(on)
		b.Dialog.Fit()
	}
}

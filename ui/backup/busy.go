package backup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/widgets"
)

// busy shows that something is under way, and lets nobody touch the rest of the
// dialog or close it until it is over.
type busy struct {
	activity *widget.Activity
	label    *widgets.Line
	object   *fyne.Container
	others   []fyne.Disableable
	dialog   *widgets.Dialog // set before start
}

func newBusy() *busy {
	b := &busy{activity: widget.NewActivity(), label: widgets.NewLine("").Small()}
	b.object = container.NewHBox(b.activity, container.NewCenter(b.label))
	b.object.Hide()
	return b
}

// start says what is under way.
func (b *busy) start(what string) {
	b.label.SetText(what)
	b.object.Show()
	b.activity.Start()
	for _, o := range b.others {
		o.Disable()
	}
	b.dialog.Hold(true)
	b.dialog.Fit()
}

func (b *busy) stop() {
	b.activity.Stop()
	b.object.Hide()
	for _, o := range b.others {
		o.Enable()
	}
	b.dialog.Hold(false)
	b.dialog.Fit()
}

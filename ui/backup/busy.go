package backup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/widgets"
)

// busy shows that something is under way, and lets nobody touch the rest until
// it is over.
type busy struct {
	activity *widget.Activity
	label    *widgets.Line
	object   *fyne.Container
	others   []fyne.Disableable
	fit      func()
}

// newBusy runs fit when it comes or goes.
func newBusy(fit func()) *busy {
	b := &busy{fit: fit, activity: widget.NewActivity(), label: widgets.NewLine("").Small()}
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
	b.fit()
}

func (b *busy) stop() {
	b.activity.Stop()
	b.object.Hide()
	for _, o := range b.others {
		o.Enable()
	}
	b.fit()
}

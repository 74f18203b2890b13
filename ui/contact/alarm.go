package contact

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// alarm is the red panel of a contact whose key changed: what that may mean,
// and what is still allowed.
type alarm struct {
	screen *Screen
	body   *fyne.Container
}

func newAlarm(s *Screen) *alarm { return &alarm{screen: s, body: container.NewVBox()} }

func (a *alarm) object() fyne.CanvasObject { return a.body }

func (a *alarm) set(c phone.Contact) {
	a.body.RemoveAll()
	if c.Trust == phone.Changed {
		a.body.Add(widgets.NewAlarm(10, a.screen.env.Words.T("contact.alarm", "name", a.screen.name())))
		a.body.Add(widgets.Gap(8))
	}
}

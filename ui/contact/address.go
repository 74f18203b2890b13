package contact

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// address is where the contact is reached, to show or hand on.
type address struct {
	body   fyne.CanvasObject
	code   *widgets.Code
	copied *widgets.Line
}

func newAddress(s *Screen) *address {
	w := s.env.Words
	a := &address{code: widgets.NewCode(s.env, s.phone, 148), copied: widgets.NewLine("").Small()}
	copyLink := widgets.NewButton(w.T("contact.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(s.contact.Address)
		a.copied.SetText(w.T("contact.copied"))
	})
	side := container.NewVBox(copyLink, widgets.NewButton(w.T("contact.replace"), s.replace), a.copied)
	a.body = widgets.Section(w.T("contact.address"), container.NewBorder(nil, nil, container.NewHBox(a.code, widgets.Gap(8)), nil, side))
	return a
}

func (a *address) object() fyne.CanvasObject { return a.body }

func (a *address) set(c phone.Contact) {
	a.code.Set(c.Address)
	a.copied.SetText("")
}

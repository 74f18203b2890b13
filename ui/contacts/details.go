package contacts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// edit shows everything about a contact; each change is saved at once.
func (s *Screen) edit(c phone.Contact) {
	w := s.env.Words
	var dialog *widgets.Dialog
	name := widgets.NewEntry()
	name.SetText(c.Name)
	name.OnChanged = func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			c.Name = text
			s.save(c)
		}
	}
	route := widgets.NewChoice([]widgets.Option{
		{ID: string(phone.RouteInherit), Title: w.T("contact.inherit"), Detail: w.T("contact.inherit-detail")},
		{ID: string(phone.RouteRelay), Title: w.T("contact.relay"), Detail: w.T("contact.relay-detail")},
		{ID: string(phone.RouteDirect), Title: w.T("contact.direct"), Detail: w.T("contact.direct-detail")},
	}, string(c.Route), func(id string) { c.Route = phone.RouteChoice(id); s.save(c) })
	if s.phone.Settings().Privacy.Lockdown {
		route.Select(string(phone.RouteRelay))
		route.SetDisabled(true)
	}
	block := widget.NewCheck(w.T("contact.block"), nil)
	block.SetChecked(c.Blocked)
	block.OnChanged = func(on bool) { c.Blocked = on; s.save(c) }

	remove := widgets.NewButton(w.T("contact.remove"), func() { dialog.Hide(); s.remove(c) })
	remove.Importance = widget.DangerImportance
	done := widgets.NewButton(w.T("done"), func() { dialog.Hide() })
	done.Importance = widget.HighImportance
	copyLink := widgets.NewButton(w.T("contact.copy"), func() { fyne.CurrentApp().Clipboard().SetContent(c.Address) })

	dialog = widgets.NewDialog(s.env.Window, w.Name(c.Name), 460, container.NewVBox(
		widgets.Field(w.T("contacts.name"), name), widgets.Gap(4),
		widgets.NewLine(w.T("contact.route")).Small(), route, block,
		widgets.Detail(w.T("contact.block-detail")),
	), copyLink, remove, done)
}

func (s *Screen) remove(c phone.Contact) {
	w := s.env.Words
	widgets.Ask(s.env.Window, w.T("contact.remove-title", "name", w.Name(c.Name)), w.T("contact.remove-question"),
		w.T("contact.remove"), w.T("cancel"), func() {
			s.env.Fail(s.phone.RemoveContact(c.ID))
			s.Reload()
		})
}

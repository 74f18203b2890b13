package contact

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// route is the way that calls with this person may take.
type route struct {
	screen *Screen
	body   fyne.CanvasObject
	choice *widgets.Choice
	locked fyne.CanvasObject
}

func newRoute(s *Screen) *route {
	w := s.env.Words
	r := &route{screen: s, locked: widgets.Hint(w.T("contact.route-locked"))}
	r.choice = widgets.NewChoice([]widgets.Option{
		{ID: string(phone.RouteInherit), Title: w.T("contact.inherit"), Detail: w.T("contact.inherit-detail")},
		{ID: string(phone.RouteRelay), Title: w.T("contact.relay"), Detail: w.T("contact.relay-detail")},
		{ID: string(phone.RouteDirect), Title: w.T("contact.direct"), Detail: w.T("contact.direct-detail")},
	}, "", func(id string) { s.save(func(c *phone.Contact) { c.Route = phone.RouteChoice(id) }) })
	r.body = widgets.Section(w.T("contact.route"), container.NewVBox(r.locked, r.choice))
	return r
}

func (r *route) object() fyne.CanvasObject { return r.body }

// set shows what is in force: in lockdown, no choice is.
func (r *route) set(c phone.Contact) {
	locked := r.screen.phone.Settings().Privacy.Lockdown
	shown := c.Route
	if locked {
		shown = phone.RouteRelay
		r.locked.Show()
	} else {
		r.locked.Hide()
	}
	r.choice.Select(string(shown))
	r.choice.SetDisabled(locked)
}

// permission is whether this person may ring, whatever "who can call me" says.
type permission struct {
	body   fyne.CanvasObject
	choice *widgets.Choice
}

func newPermission(s *Screen) *permission {
	w := s.env.Words
	p := &permission{}
	p.choice = widgets.NewChoice([]widgets.Option{
		{ID: string(phone.PermissionInherit), Title: w.T("contact.may-inherit"), Detail: w.T("contact.may-inherit-detail")},
		{ID: string(phone.PermissionAlways), Title: w.T("contact.may-always"), Detail: w.T("contact.may-always-detail")},
		{ID: string(phone.PermissionNever), Title: w.T("contact.may-never"), Detail: w.T("contact.may-never-detail")},
	}, "", func(id string) { s.save(func(c *phone.Contact) { c.Permission = phone.Permission(id) }) })
	p.body = widgets.Section(w.T("contact.may"), p.choice)
	return p
}

func (p *permission) object() fyne.CanvasObject { return p.body }

func (p *permission) set(c phone.Contact) {
	p.choice.Select(string(cmp.Or(c.Permission, phone.PermissionInherit)))
	p.choice.SetDisabled(c.Blocked)
}

package contacts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// row shows one contact with what can be done at once.
type row struct {
	widget.BaseWidget
	screen  *Screen
	contact phone.Contact

	avatar       *widgets.Avatar
	name, second *widgets.Line
	trust        *widgets.Icon
	star         *widgets.IconButton
	audio, video *widgets.IconButton
	body         *fyne.Container
}

func newRow(s *Screen) *row {
	w := s.env.Words
	r := &row{screen: s, avatar: widgets.NewAvatar(40), name: widgets.NewLine("").Bold().Cut(), second: widgets.NewLine("").Small().Cut(), trust: widgets.NewIcon("shield", theme.ColorNameSuccess, 16)}
	r.ExtendBaseWidget(r)
	r.star = widgets.NewIconButton("star", w.T("contacts.star"), func() { s.star(r.contact) })
	r.audio = widgets.NewIconButton("phone", w.T("call.audio"), func() { s.onCall(r.contact.ID, false) })
	r.video = widgets.NewIconButton("video", w.T("call.video"), func() { s.onCall(r.contact.ID, true) })
	more := widgets.NewIconButton("more", w.T("contacts.more"), func() { s.onOpen(r.contact.ID) })
	title := container.New(&titled{}, r.name, r.trust)
	text := container.NewVBox(layout.NewSpacer(), title, r.second, layout.NewSpacer())
	buttons := container.NewHBox(r.star, r.audio, r.video, more)
	r.body = widgets.Inset(8, 8, container.NewBorder(nil, nil,
		container.NewHBox(r.avatar, widgets.Gap(6)), container.NewCenter(buttons), text))
	return r
}

func (r *row) set(c phone.Contact) {
	w := r.screen.env.Words
	r.contact = c
	name := w.Name(c.Name)
	r.avatar.SetPerson(name, c.ID)
	r.name.SetText(name)
	r.second.SetText(second(r.screen, c))
	r.second.SetColor("subtle")
	r.trust.Show()
	switch c.Trust {
	case phone.Verified:
		r.trust.Set("shield", theme.ColorNameSuccess)
	case phone.Changed:
		r.trust.Set("warning", theme.ColorNameError)
		r.second.SetColor(theme.ColorNameError)
	case phone.Unverified:
		r.trust.Hide()
	}
	if c.Favourite {
		r.star.Set("star-full", w.T("contacts.unstar"), theme.ColorNameWarning)
	} else {
		r.star.Set("star", w.T("contacts.star"), "subtle")
	}
	r.audio.Set("phone", w.T("call.audio"), theme.ColorNamePrimary)
	r.video.Set("video", w.T("call.video"), theme.ColorNamePrimary)
	r.audio.SetDisabled(c.Blocked)
	r.video.SetDisabled(c.Blocked)
	r.body.Refresh() // the icon stands where the name ends
}

// second is the line below the name: what is particular about this contact.
func second(s *Screen, c phone.Contact) string {
	w := s.env.Words
	switch {
	case c.Trust == phone.Changed:
		return w.T("contacts.key-changed")
	case c.Blocked:
		return w.T("contacts.blocked")
	case c.Trust == phone.Verified:
		return w.T("contacts.verified", "route", way(s, c))
	}
	return way(s, c)
}

// way is how calls with the contact go.
func way(s *Screen, c phone.Contact) string {
	w := s.env.Words
	switch {
	case s.phone.Settings().Privacy.Lockdown:
		return w.T("contacts.route-lockdown")
	case c.Route == phone.RouteRelay:
		return w.T("contacts.route-relay")
	case c.Route == phone.RouteDirect:
		return w.T("contacts.route-direct")
	}
	return w.T("contacts.route-inherit")
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.body) }

// titled is a layout of a name and an icon right behind it, which the name is
// cut for where there is no room.
type titled struct{}

func (t *titled) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize()
}

func (t *titled) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	const gap = 6
	name, icon := objects[0].(*widgets.Line), objects[1]
	width := s.Width
	if icon.Visible() {
		side := icon.MinSize().Width
		width = min(name.Width(), s.Width-gap-side)
		icon.Move(fyne.NewPos(width+gap, (s.Height-side)/2))
		icon.Resize(fyne.NewSquareSize(side))
	}
	name.Move(fyne.Position{})
	name.Resize(fyne.NewSize(width, s.Height))
}

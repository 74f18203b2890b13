package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/audience"
	"paravent/ui/contact"
	"paravent/ui/contacts"
	"paravent/ui/dial"
	"paravent/ui/history"
	"paravent/ui/knock"
	"paravent/ui/prefs"
	"paravent/ui/selftest"
	own "paravent/ui/theme"
	"paravent/ui/widgets"
)

// page is one of the main screens.
type page uint8

// The main screens; those before pageCheck in the order of the rail.
const (
	pageContacts page = iota
	pageDial
	pageHistory
	pageAudience
	pagePrefs
	pageCheck   // is opened from the settings
	pageContact // is opened from wherever a contact is named
	pageCount
)

// shell is the main screens with the rail that leads to them.
type shell struct {
	win    *Window
	object fyne.CanvasObject
	page   page
	nav    [pageCheck]*widgets.NavItem
	pages  [pageCount]fyne.CanvasObject
	body   *fyne.Container
	banner *widgets.Banner
	above  *fyne.Container // what people outside want, over the pages about people

	contacts *contacts.Screen
	dial     *dial.Screen
	history  *history.Screen
	audience *audience.Screen
	prefs    *prefs.Screen
	check    *selftest.Screen
	contact  *contact.Screen
	from     page // where the contact's page was opened
	knocks   *knock.List
	standing *audience.Indicator

	me     *widgets.Line
	face   *widgets.Avatar
	dot    *widgets.Dot
	status *widget.Label
	retry  *widgets.Button
}

func newShell(w *Window) *shell {
	s := &shell{win: w, body: container.NewStack()}
	env := w.env
	call := func(to string, video bool) { w.place(to, video, w.fail) }
	s.contacts = contacts.New(env, w.phone, w.world.now, call, s.visit)
	s.contact = contact.New(env, w.phone, w.world.now, contact.Ways{
		Back: s.leaveContact, Call: call, Knock: func(id, name string) { knock.Leave(env, w.phone, id, name) }, Remove: s.remove,
	})
	s.dial = dial.New(env, w.phone, func(to string, video bool) { w.place(to, video, s.dial.Fail) },
		func(link, name string) { knock.Leave(env, w.phone, link, name) })
	s.banner = widgets.NewBanner(env.Words.T("close"))
	s.above = container.NewVBox()
	content := container.NewBorder(container.NewVBox(s.banner, s.above), nil, nil, nil, s.body)
	s.knocks = knock.New(env, w.phone, &w.door, w.world.now, call, s.visit, content.Refresh)
	s.above.Add(s.knocks.Object())
	s.history = history.New(env, w.phone, s.knocks, w.world.now, call, s.visit)
	s.audience = audience.New(env, w.phone, w.world.now)
	s.prefs = prefs.New(env, w.phone, w.world.now, func() { w.start(func() {}) }, func() { s.open(pageCheck) }, w.showTitle)
	s.check = selftest.New(env, w.phone, w.world.now, func() { s.open(pagePrefs) })
	s.pages = [pageCount]fyne.CanvasObject{s.contacts.Object(), s.dial.Object(), s.history.Object(), s.audience.Object(), s.prefs.Object(), s.check.Object(), s.contact.Object()}
	s.object = container.NewBorder(nil, nil, s.rail(), nil, content)
	s.open(pageContacts)
	s.serverChanged(phone.ServerChanged{Online: w.phone.Self().Online})
	return s
}

func (s *shell) rail() fyne.CanvasObject {
	w := s.win.env.Words
	pages := [pageCheck]struct{ icon, name string }{
		{"contacts", w.T("nav.contacts")}, {"dial", w.T("nav.dial")}, {"history", w.T("nav.history")},
		{"audience", w.T("nav.audience")}, {"settings", w.T("nav.prefs")},
	}
	items := container.NewVBox()
	for i, p := range pages {
		s.nav[i] = widgets.NewNavItem(p.icon, p.name, func() { s.open(page(i)) })
		items.Add(s.nav[i])
	}
	logo := widget.NewIcon(own.AppIcon())
	title := container.NewHBox(widgets.Gap(4), widgets.Wide(28, logo), widgets.NewLine("Paravent").Sized(own.SizeTitle).Bold())
	s.me, s.face = widgets.NewLine("").Bold().Cut(), widgets.NewAvatar(32)
	s.dot = widgets.NewDot(own.ColorSubtle)
	s.status = widgets.Paragraph("")
	s.status.SizeName = theme.SizeNameCaptionText
	s.retry = widgets.NewButton(w.T("server.retry"), func() { s.win.start(func() {}) })
	s.standing = audience.NewIndicator(s.win.env, s.win.phone, s.win.world.now, func() { s.open(pageAudience) })
	foot := container.NewVBox(
		s.standing.Object(), widgets.Gap(2),
		container.NewBorder(nil, nil, s.face, nil, container.NewVBox(layout.NewSpacer(), s.me, layout.NewSpacer())),
		container.NewBorder(nil, nil, container.NewVBox(widgets.Gap(9), s.dot), nil, s.status), s.retry)
	body := container.NewBorder(container.NewVBox(title, widgets.Gap(12), items), foot, nil, nil)
	return widgets.NewPanel(own.ColorRail, 0, 12, 16, widgets.Wide(186, body))
}

// open shows a main screen.
func (s *shell) open(p page) {
	s.page = p
	for i, n := range s.nav {
		n.SetSelected(page(i) == p || page(i) == pagePrefs && p == pageCheck || page(i) == s.from && p == pageContact)
	}
	s.body.Objects = []fyne.CanvasObject{s.pages[p]}
	s.body.Refresh()
	s.banner.Hide()
	s.above.Hidden = p >= pageAudience && p != pageContact
	s.object.Refresh()
	if p == pagePrefs {
		s.prefs.LookForDevices()
	}
	s.reload()
}

// openContact shows a contact's own page, which leads back to where it was
// opened.
func (s *shell) openContact(id string) {
	if s.page != pageContact {
		s.from = s.page
	}
	if s.contact.Show(id) {
		s.open(pageContact)
	}
}

// visit does the same where the person asked for it: the keyboard goes along.
func (s *shell) visit(id string) {
	s.openContact(id)
	if s.page == pageContact {
		s.contact.Enter()
	}
}

// leaveContact leads back, to where the keyboard was in the list.
func (s *shell) leaveContact() {
	s.open(s.from)
	if s.from == pageContacts && s.win.showsMain() {
		s.contacts.Resume()
	}
}

// remove takes a contact out of the address book, whose page has the undo.
func (s *shell) remove(c phone.Contact) {
	s.open(pageContacts)
	s.contacts.Remove(c)
}

// key takes a key that no widget on the page has a use for.
func (s *shell) key(key fyne.KeyName) {
	switch {
	case s.page == pageContact:
		s.contact.Key(key)
	case s.page == pageCheck && key == fyne.KeyEscape:
		s.open(pagePrefs)
	}
}

// reload reads again what may have changed.
func (s *shell) reload() {
	if s.page == pageHistory && s.win.looking() {
		s.win.fail(s.win.phone.MarkSeen())
	}
	s.contacts.Reload()
	s.history.Reload()
	s.dial.Reload()
	s.knocks.Reload()
	switch s.page {
	case pageAudience:
		s.audience.Reload()
	case pagePrefs:
		s.prefs.Reload()
	case pageContact:
		s.contact.Reload()
	case pageContacts, pageDial, pageHistory, pageCheck, pageCount: // above, or nothing to read
	}
	s.nav[pageHistory].SetCount(s.win.phone.Unseen())
	s.win.titled()
	s.showMe()
}

func (s *shell) settingsChanged() {
	s.standing.Reload()
	if s.page == pageAudience {
		s.audience.Reload()
	}
	s.prefs.Reload()
	s.history.Reload()
	if s.page == pageContact {
		s.contact.Reload()
	}
	s.showMe()
}

func (s *shell) showMe() {
	self := s.win.phone.Self()
	name := s.win.env.Words.Name(self.Name)
	s.me.SetText(name)
	s.face.SetPerson(name, self.ID)
}

// serverChanged tells whether calls can come and go.
func (s *shell) serverChanged(e phone.ServerChanged) {
	w := s.win.env.Words
	switch {
	case e.Online && s.win.phone.Settings().Server.Mode == settings.ServerEmbedded:
		s.say(theme.ColorNameSuccess, w.T("server.online-here"))
	case e.Online:
		s.say(theme.ColorNameSuccess, w.T("server.online"))
	case e.Err != nil:
		s.say(theme.ColorNameError, w.T("server.offline-because", "reason", w.Error(e.Err)))
	default:
		s.say(theme.ColorNameWarning, w.T("server.connecting"))
	}
	if e.Online {
		s.retry.Hide()
	} else {
		s.retry.Show()
	}
	s.dial.Reload()
	s.showMe()
}

func (s *shell) say(color fyne.ThemeColorName, text string) {
	s.dot.SetColor(color)
	s.status.SetText(text)
}

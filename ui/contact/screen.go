// Package contact is one person's own page: who they are, how sure that is,
// what was agreed for them, and what there was with them. Every change is saved
// at once. Drawing goroutine only.
package contact

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/scan"
	"paravent/ui/widgets"
)

// Phone is what the page needs. Code is called away from the drawing goroutine.
type Phone interface {
	widgets.Coder
	scan.Phone
	Settings() settings.Settings
	Contacts() []phone.Contact
	PutContact(contact phone.Contact) error
	Distrust(contact string) error
	CompareCode(contact, scanned string) error
	WhoseLink(link string) (phone.Person, error)
	ReplaceAddress(contact, link string) (phone.Contact, error)
	BlockPerson(p phone.Person) error
	Unblock(id string) error
	HistoryWith(id string, limit int) []phone.HistoryEntry
}

// Ways are where the page leads.
type Ways struct {
	Back  func()
	Call  func(id string, video bool)
	Knock func(id, name string)
	// Remove takes the contact out of the address book and offers to undo it.
	Remove func(c phone.Contact)
}

// part is a piece of the page. Set shows the contact as they are now; the page
// keeps its widgets, and with them what has the focus.
type part interface {
	object() fyne.CanvasObject
	set(c phone.Contact)
}

// Screen is the page of one contact at a time.
type Screen struct {
	env   widgets.Env
	phone Phone
	now   func() time.Time
	ways  Ways

	object  fyne.CanvasObject
	body    *container.Scroll
	parts   []part
	head    *head
	naming  *naming
	past    *past
	contact phone.Contact // the zero value: nobody is shown
}

// New is the page; it is empty until Show.
func New(env widgets.Env, p Phone, now func() time.Time, ways Ways) *Screen {
	s := &Screen{env: env, phone: p, now: now, ways: ways}
	alarm := newAlarm(s)
	trust, route, may := newTrust(s), newRoute(s), newPermission(s)
	address, leave := newAddress(s), newLeaving(s)
	s.head, s.naming, s.past = newHead(s), newNaming(s), newPast(s)
	s.parts = []part{s.head, alarm, trust, route, may, s.naming, address, s.past, leave}
	left := container.NewVBox(trust.object(), widgets.Gap(4), route.object(), widgets.Gap(4), may.object())
	right := container.NewVBox(address.object(), widgets.Gap(4), s.naming.object(), widgets.Gap(4), s.past.object(), widgets.Gap(4), leave.object())
	page := widgets.Page(860, container.NewVBox(alarm.object(), widgets.Columns(left, right)))
	s.body = page.(*container.Scroll)
	s.object = container.NewBorder(widgets.Inset(20, 14, s.head.object()), nil, nil, nil, page)
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// Show shows the contact with that id, from the top of the page, and tells
// whether there is one.
func (s *Screen) Show(id string) bool {
	s.contact = phone.Contact{ID: id}
	s.naming.forget()
	s.past.all = false
	s.body.ScrollToTop()
	s.Reload()
	return s.contact.ID != ""
}

// Enter gives the keyboard to the page.
func (s *Screen) Enter() { s.env.Window.Canvas().Focus(s.head.back) }

// Reload reads the contact again. One who is gone from the address book has no
// page any more.
func (s *Screen) Reload() {
	if s.contact.ID == "" {
		return
	}
	list := s.phone.Contacts()
	i := slices.IndexFunc(list, func(c phone.Contact) bool { return c.ID == s.contact.ID })
	if i < 0 {
		s.leave()
		return
	}
	s.contact = list[i]
	for _, p := range s.parts {
		p.set(s.contact)
	}
}

// ID is whose page it is, "" for nobody's.
func (s *Screen) ID() string { return s.contact.ID }

// Key takes a key that no widget has a use for.
func (s *Screen) Key(key fyne.KeyName) {
	if key == fyne.KeyEscape {
		s.leave()
	}
}

func (s *Screen) leave() {
	s.contact = phone.Contact{}
	s.ways.Back()
}

// name is what the contact is called, safe to show.
func (s *Screen) name() string { return s.env.Words.Name(s.contact.Name) }

// save stores a changed contact.
func (s *Screen) save(change func(*phone.Contact)) {
	c := s.contact
	change(&c)
	s.env.Fail(s.phone.PutContact(c))
	s.Reload()
}

// Package audience is the page "who can call me": one sentence that says what
// the choices mean, and below it the choices. Every change is saved at once.
// Drawing goroutine only.
package audience

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

// Phone is what the page needs.
type Phone interface {
	Settings() settings.Settings
	UpdateSettings(change func(*settings.Settings)) error
	Expect(d time.Duration) error
	Disturb(on bool, until time.Time) error
	Contacts() []phone.Contact
	PutContact(contact phone.Contact) error
	Blocked() []phone.Person
	Unblock(id string) error
}

// view is what the page shows.
type view struct {
	now      time.Time
	chosen   settings.Calls // by the person
	calls    settings.Calls // in force
	lockdown bool
	contacts []phone.Contact
	blocked  []phone.Person
}

// permission is what is chosen for one person.
func (v view) permission(id string) phone.Permission {
	for _, c := range v.contacts {
		if c.ID == id {
			return c.Permission
		}
	}
	return phone.PermissionInherit
}

// part is a card of the page. Its controls stay while what they show changes,
// so that nobody loses the one that has the keyboard.
type part interface {
	object() fyne.CanvasObject
	show(v view)
}

// Screen is the page.
type Screen struct {
	env   widgets.Env
	phone Phone
	now   func() time.Time

	object  fyne.CanvasObject
	meaning *widget.Label
	undo    *widgets.Undo
	parts   []part
	view    view
	due     time.Time // when time alone makes the page say something else
}

// New shows the choices of p; now tells the time and its zone.
func New(env widgets.Env, p Phone, now func() time.Time) *Screen {
	s := &Screen{env: env, phone: p, now: now, meaning: widgets.Paragraph("")}
	s.meaning.TextStyle.Bold = true
	s.undo = widgets.NewUndo(env.Words.T("undo"), env.Words.T("close"), func() { s.object.Refresh() })
	s.parts = []part{newGroups(s), newMedia(s), newUnknown(s), newExpecting(s), newDisturb(s), newSchedule(s), newPeople(s), newBlocked(s)}
	cards := container.NewVBox()
	for i, p := range s.parts {
		if i > 0 {
			cards.Add(widgets.Gap(8))
		}
		cards.Add(p.object())
	}
	sentence := widgets.NewPanel("tint", 10, 8, 2, container.NewBorder(nil, nil, widgets.Inset(4, 0, widgets.NewIcon("audience", theme.ColorNamePrimary, 20)), nil, s.meaning))
	top := container.NewVBox(widgets.Heading(env.Words.T("calls.title")), widgets.Gap(4), sentence, s.undo)
	s.object = container.NewBorder(widgets.Inset(24, 20, top), nil, nil, nil, widgets.Page(640, cards))
	s.Reload()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// Reload reads again what is chosen, and who is in the address book.
func (s *Screen) Reload() {
	chosen := s.phone.Settings()
	s.view = view{
		chosen: chosen.Calls, calls: chosen.Effective().Calls, lockdown: chosen.Privacy.Lockdown,
		contacts: s.phone.Contacts(), blocked: s.phone.Blocked(),
	}
	s.show(s.now())
}

// Tick lets time pass: what ends by itself is told.
func (s *Screen) Tick(now time.Time) {
	s.undo.Tick(now)
	if isDue(s.due, now) {
		s.show(now)
	}
}

func (s *Screen) show(now time.Time) {
	s.view.now, s.due = now, due(s.view.calls, now)
	if text := meaning(s.env.Words, s.view); text != s.meaning.Text {
		s.meaning.SetText(text)
		s.object.Refresh() // it may need another line
	}
	for _, p := range s.parts {
		p.show(s.view)
	}
}

// due is the next moment at which the page says something else by itself: the
// beginning of a minute, or the end of something that was begun within one.
func due(c settings.Calls, now time.Time) time.Time {
	next := now.Truncate(time.Minute).Add(time.Minute)
	for _, end := range []time.Time{c.ExpectingUntil.Time, c.DoNotDisturb.Now.Until.Time} {
		if end.After(now) && end.Before(next) {
			next = end
		}
	}
	return next
}

// isDue tells whether it is time; the clock may have been put back.
func isDue(due, now time.Time) bool { return !now.Before(due) || due.Sub(now) > time.Minute }

// save changes the choices about calls.
func (s *Screen) save(change func(*settings.Calls)) {
	s.done(s.phone.UpdateSettings(func(v *settings.Settings) { change(&v.Calls) }))
}

// done tells of err and shows what is so now.
func (s *Screen) done(err error) {
	s.env.Fail(err)
	s.Reload()
}

// passFocus gives the keyboard to another control where it was on one that goes.
func (s *Screen) passFocus(from, to fyne.Focusable) {
	if c := s.env.Window.Canvas(); c.Focused() == from {
		c.Focus(to)
	}
}

// mark shows a check as it is, without telling its OnChanged.
func mark(c *widget.Check, on, free bool) {
	c.Checked = on
	allow(c, free)
	c.Refresh()
}

func allow(w fyne.Disableable, free bool) {
	if free {
		w.Enable()
	} else {
		w.Disable()
	}
}

// with adds what to a list or takes it away. The list is a new one: the old one
// may be shared with other copies of the settings.
func with[T comparable](list []T, what T, on bool) []T {
	kept := []T{}
	for _, v := range list {
		if v != what {
			kept = append(kept, v)
		}
	}
	if on {
		kept = append(kept, what)
	}
	return kept
}

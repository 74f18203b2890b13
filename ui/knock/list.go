// Package knock is what the window says about the door: who knocked and may be
// let in once, added or blocked; who let this phone in; and the dialog in which
// one leaves a knock. Nothing here makes a sound or takes the focus by itself.
// Drawing goroutine only.
package knock

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Limits of what is shown.
const (
	looked   = 300                // entries of the history
	showFor  = 3 * 24 * time.Hour // a knock
	maxCards = 2                  // of knocks; the history has all
)

// Phone is what the cards need. Admit may take ten seconds and is called away
// from the drawing goroutine.
type Phone interface {
	History(limit int) []phone.HistoryEntry
	Admit(entry uint64, consents ...phone.Consent) error
	Admitted() []phone.Admission
	Withdraw(id string) error
	AddContact(name, address string) (phone.Contact, error)
	BlockPerson(p phone.Person) error
	Blocked() []phone.Person
}

// Memory is what outlives a List: which cards were put away, and who let this
// phone in.
type Memory struct {
	away     map[uint64]bool
	welcomes []phone.Admitted
}

// Welcome remembers that somebody lets this phone in.
func (m *Memory) Welcome(e phone.Admitted) {
	m.forget(e.From.ID)
	m.welcomes = append(m.welcomes, e)
}

func (m *Memory) forget(id string) {
	m.welcomes = slices.DeleteFunc(m.welcomes, func(o phone.Admitted) bool { return o.From.ID == id })
}

func (m *Memory) putAway(entry uint64) {
	if m.away == nil {
		m.away = map[uint64]bool{}
	}
	m.away[entry] = true
}

// List is the cards, the newest first.
type List struct {
	env    widgets.Env
	phone  Phone
	memory *Memory
	now    func() time.Time
	onCall func(to string, video bool)
	onOpen func(id string)
	onSize func()

	object  *fyne.Container
	body    *fyne.Container
	shown   cards
	expires time.Time // when something shown is over; zero: never
	busy    map[uint64]bool
}

// cards is what is shown.
type cards struct {
	welcomes []phone.Admitted
	admitted []phone.Admission
	knocks   []phone.HistoryEntry
	more     int
	busy     []uint64
}

// New shows what p and m know; onCall is asked to call somebody back, onOpen to
// show a contact's page, and onSize runs when the cards need another room.
func New(env widgets.Env, p Phone, m *Memory, now func() time.Time, onCall func(to string, video bool), onOpen func(id string), onSize func()) *List {
	l := &List{env: env, phone: p, memory: m, now: now, onCall: onCall, onOpen: onOpen, onSize: onSize, body: container.NewVBox(), busy: map[uint64]bool{}}
	l.object = widgets.Inset(24, 8, l.body)
	l.object.Hide()
	l.Reload()
	return l
}

// Object is the cards; hidden while there are none.
func (l *List) Object() fyne.CanvasObject { return l.object }

// Tick takes away what is over.
func (l *List) Tick() {
	if !l.expires.IsZero() && !l.now().Before(l.expires) {
		l.Reload()
	}
}

// Reload reads again what there is, and draws it where it is something else:
// whoever is about to press a button keeps it.
func (l *List) Reload() {
	next := l.read()
	if reflect.DeepEqual(next, l.shown) {
		return
	}
	l.shown, l.expires = next, time.Time{}
	var all []fyne.CanvasObject
	for _, w := range next.welcomes {
		all = append(all, l.welcomeCard(w))
		l.until(w.Until)
	}
	for _, a := range next.admitted {
		all = append(all, l.admittedCard(a))
		l.until(a.Until)
	}
	for _, e := range next.knocks {
		all = append(all, l.knockCard(e))
		l.until(e.At.Add(showFor))
	}
	if next.more > 0 {
		all = append(all, widgets.Hint(l.env.Words.T("knock.more", "n", strconv.Itoa(next.more))))
	}
	l.body.Objects = all
	l.object.Hidden = len(all) == 0
	l.onSize()
}

func (l *List) until(t time.Time) {
	if l.expires.IsZero() || t.Before(l.expires) {
		l.expires = t
	}
}

func (l *List) read() (c cards) {
	now := l.now()
	for _, w := range slices.Backward(l.memory.welcomes) {
		if w.Until.After(now) {
			c.welcomes = append(c.welcomes, w)
		}
	}
	c.admitted = l.phone.Admitted()
	settled := map[string]bool{}
	for _, a := range c.admitted {
		settled[a.Who.ID] = true
	}
	var blocked []phone.Person // asked for only where somebody knocked: it walks the address book
	for _, e := range l.phone.History(looked) {
		if e.Kind != phone.HistoryKnock || e.Outgoing || e.Peer.Contact || settled[e.Peer.ID] || l.memory.away[e.ID] || now.Sub(e.At) >= showFor {
			continue
		}
		if blocked == nil {
			blocked = l.phone.Blocked()
		}
		if slices.ContainsFunc(blocked, func(p phone.Person) bool { return p.ID == e.Peer.ID }) {
			continue
		}
		settled[e.Peer.ID] = true // the newest of each is enough
		if len(c.knocks) == maxCards {
			c.more++
			continue
		}
		c.knocks = append(c.knocks, e)
		if l.busy[e.ID] {
			c.busy = append(c.busy, e.ID)
		}
	}
	return c
}

// Package uitest has a lively stand-in for the phone, and what the tests of
// the window share. Nothing but tests and the preview imports it.
package uitest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// Fake is a phone without network or sound. Its calls go where the test (or
// Live) moves them. It may be used from any goroutine.
type Fake struct {
	mu        sync.Mutex
	self      phone.Self
	settings  settings.Settings
	contacts  []phone.Contact
	history   []phone.HistoryEntry
	admitted  []phone.Admission
	blocked   []phone.Person
	seen      uint64 // the highest entry that was looked at
	calls     []phone.CallInfo
	devices   phone.Devices
	networks  []phone.NetworkDevice
	tunnel    phone.Tunnel
	shelf     []phone.Profile
	report    phone.PrivacyReport
	during    func(context.Context)
	camera    func(context.Context, phone.Screen) (string, error)
	handlers  map[int]func(phone.Event)
	next      int
	nextErr   error
	started   int
	looked    uint64 // at the receipt of a call under way
	remote    phone.Screen
	local     phone.Screen
	log       []string
	keyPlace  phone.KeyPlace
	keySecret string
	now       func() time.Time
}

// Now is the moment at which the time of tests stands still.
var Now = time.Date(2026, time.November, 23, 14, 5, 0, 0, time.UTC)

// New is a phone that was set up before: it has a name, a server and a few contacts.
func New() *Fake {
	f := Fresh()
	f.settings.Name = "Camille Roux"
	f.settings.Language = "en"
	f.settings.Server = settings.Server{Mode: settings.ServerRemote, Address: ServerAddress}
	f.self = phone.Self{
		Name: "Camille Roux", ID: strings.Repeat("c0", 32), Address: Link("camille"),
		Server: ServerAddress, Online: true,
	}
	f.contacts = people()
	f.history = past()
	f.seen = f.history[0].ID
	return f
}

// Fresh is a phone at its first start.
func Fresh() *Fake {
	return &Fake{
		settings: settings.Defaults(), handlers: map[int]func(phone.Event){}, devices: devices(), networks: networks(), report: Report(), shelf: shelf(), keyPlace: phone.KeyInKeyring,
		now: func() time.Time { return Now },
	}
}

// Fail makes the next changing method return err.
func (f *Fake) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nextErr = err
}

// takeErr must be called with mu held.
func (f *Fake) takeErr() error {
	err := f.nextErr
	f.nextErr = nil
	return err
}

// Log lists what the window asked for, as "call id true".
func (f *Fake) Log() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

// Screens are where pictures go.
func (f *Fake) Screens() (remote, local phone.Screen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.remote, f.local
}

// Emit tells all subscribers of an event, on the caller's goroutine.
func (f *Fake) Emit(e phone.Event) {
	f.mu.Lock()
	var handlers []func(phone.Event)
	for i := range f.next {
		if h, ok := f.handlers[i]; ok {
			handlers = append(handlers, h)
		}
	}
	f.mu.Unlock()
	for _, h := range handlers {
		h(e)
	}
}

// Subscribers counts who listens.
func (f *Fake) Subscribers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.handlers)
}

// Self implements ui.Phone, as do the methods below.
func (f *Fake) Self() phone.Self {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.self
}

func (f *Fake) Settings() settings.Settings {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.settings
	s.Calls.Audience = slices.Clone(s.Calls.Audience)
	return s
}

func (f *Fake) UpdateSettings(change func(*settings.Settings)) error {
	f.mu.Lock()
	if err := f.takeErr(); err != nil {
		f.mu.Unlock()
		return err
	}
	s := f.settings
	change(&s)
	f.settings = s
	f.self.Name = s.Name
	f.mu.Unlock()
	f.Emit(phone.SettingsChanged{})
	return nil
}

func (f *Fake) Start() error {
	f.mu.Lock()
	f.started++
	err := f.takeErr()
	if err == nil {
		f.self.Online, f.self.Address, f.self.Server = true, Link("camille"), ServerAddress
	}
	f.mu.Unlock()
	f.Emit(phone.ServerChanged{Online: err == nil, Address: Link("camille"), Server: ServerAddress, Err: err})
	return err
}

// Started counts the calls of Start.
func (f *Fake) Started() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.started
}

func (f *Fake) Contacts() []phone.Contact {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.contacts)
}

func (f *Fake) AddContact(name, address string) (phone.Contact, error) {
	f.mu.Lock()
	err := f.takeErr()
	if err == nil && !strings.HasPrefix(address, "paravent:") {
		err = ErrBadLink
	}
	if err != nil {
		f.mu.Unlock()
		return phone.Contact{}, err
	}
	c := phone.Contact{ID: address, Name: name, Address: address, Route: phone.RouteInherit, Trust: phone.Unverified, Added: f.now()}
	f.file(c)
	f.mu.Unlock()
	f.retell()
	f.Emit(phone.ContactsChanged{})
	return c, nil
}

// WhoseLink knows the links of uitest.Link, whose names are their keys.
func (f *Fake) WhoseLink(link string) (phone.Person, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasPrefix(link, "paravent:") {
		return phone.Person{}, ErrBadLink
	}
	for _, c := range f.contacts {
		if keyOf(c.Address) == keyOf(link) {
			return phone.Person{ID: c.ID, Name: c.Name, Contact: true, Address: c.Address}, nil
		}
	}
	return phone.Person{ID: strings.Repeat("5e", 32), Address: link}, nil
}

// keyOf is the part of a link that names somebody.
func keyOf(link string) string {
	key, _, _ := strings.Cut(link, "?")
	return key
}

func (f *Fake) PutContact(contact phone.Contact) error {
	f.mu.Lock()
	err := f.takeErr()
	if err == nil && slices.ContainsFunc(f.contacts, func(c phone.Contact) bool {
		return c.ID != contact.ID && phone.Fold(c.Name) == phone.Fold(contact.Name)
	}) {
		err = ErrNameTaken
	}
	if err == nil {
		f.file(contact)
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return err
}

func (f *Fake) RemoveContact(id string) error {
	f.mu.Lock()
	err := f.takeErr()
	if i := f.find(id); err == nil && i >= 0 {
		f.contacts = slices.Delete(f.contacts, i, i+1)
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return err
}

// find must be called with mu held.
func (f *Fake) find(id string) int {
	return slices.IndexFunc(f.contacts, func(c phone.Contact) bool { return c.ID == id })
}

func (f *Fake) Devices() phone.Devices { return f.devices }

func (f *Fake) SetScreens(remote, local phone.Screen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remote, f.local = remote, local
}

func (f *Fake) Subscribe(handler func(phone.Event)) (cancel func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := f.next
	f.next++
	f.handlers[id] = handler
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.handlers, id)
	}
}

func (f *Fake) Close() error { return errors.New("the window must not close the phone") }

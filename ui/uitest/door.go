package uitest

import (
	"fmt"
	"slices"

	"paravent/app/phone"
)

// Knocker is somebody outside who knocks in tests.
func Knocker(name string) phone.Person {
	c := contact(name)
	return phone.Person{ID: c.ID, Name: name, Address: c.Address}
}

// KnockAt makes somebody knock at f, and returns the entry.
func (f *Fake) KnockAt(from phone.Person, text string) uint64 {
	f.mu.Lock()
	id := uint64(1000 + len(f.history))
	f.history = slices.Insert(f.history, 0, phone.HistoryEntry{ID: id, Kind: phone.HistoryKnock, Text: text, At: f.now(), Peer: from})
	f.mu.Unlock()
	f.Emit(phone.Knocked{Entry: id, From: from, Text: text})
	return id
}

// doorAct notes what was asked and returns the error that is due.
func (f *Fake) doorAct(format string, a ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.takeErr()
	if err == nil {
		f.log = append(f.log, fmt.Sprintf(format, a...))
	}
	return err
}

func (f *Fake) Knock(to, text string, consents ...phone.Consent) error {
	return f.doorAct("knock %s %q %v", to, text, consents)
}

func (f *Fake) Admit(entry uint64, consents ...phone.Consent) error {
	if err := f.doorAct("admit %d %v", entry, consents); err != nil {
		return err
	}
	f.mu.Lock()
	for _, e := range f.history {
		if e.ID == entry {
			f.admitted = append(f.admitted, phone.Admission{Who: e.Peer, Until: f.now().Add(phone.AdmitFor)})
		}
	}
	f.mu.Unlock()
	f.Emit(phone.DoorChanged{})
	return nil
}

func (f *Fake) Admitted() []phone.Admission {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.admitted)
}

func (f *Fake) Withdraw(id string) error {
	err := f.doorAct("withdraw %s", id)
	f.mu.Lock()
	f.admitted = slices.DeleteFunc(f.admitted, func(a phone.Admission) bool { return err == nil && a.Who.ID == id })
	f.mu.Unlock()
	return err
}

func (f *Fake) BlockPerson(p phone.Person) error {
	if err := f.doorAct("block %s", p.ID); err != nil {
		return err
	}
	f.mu.Lock()
	if i := f.find(p.ID); i >= 0 {
		f.contacts[i].Blocked = true
	} else {
		f.blocked = append(f.blocked, p)
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return nil
}

func (f *Fake) Unblock(id string) error {
	if err := f.doorAct("unblock %s", id); err != nil {
		return err
	}
	f.mu.Lock()
	f.blocked = slices.DeleteFunc(f.blocked, func(p phone.Person) bool { return p.ID == id })
	if i := f.find(id); i >= 0 {
		f.contacts[i].Blocked = false
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return nil
}

func (f *Fake) Blocked() []phone.Person {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []phone.Person
	for _, c := range f.contacts {
		if c.Blocked {
			list = append(list, phone.Person{ID: c.ID, Name: c.Name, Contact: true, Address: c.Address})
		}
	}
	return append(list, f.blocked...)
}

func (f *Fake) NewAddress() (string, error) {
	if err := f.doorAct("new address"); err != nil {
		return "", err
	}
	f.mu.Lock()
	f.self.Address = Link("camille, once more")
	link := f.self.Address
	f.mu.Unlock()
	f.Emit(phone.ServerChanged{Online: true, Address: link, Server: ServerAddress})
	return link, nil
}

package uitest

import (
	"slices"

	"paravent/app/phone"
)

func (f *Fake) BlockPerson(p phone.Person) error {
	return f.changeBlocked(func() {
		if i := f.find(p.ID); i >= 0 {
			f.contacts[i].Blocked = true
		} else {
			f.blocked = append(f.blocked, p)
		}
	})
}

func (f *Fake) Unblock(id string) error {
	return f.changeBlocked(func() {
		if i := f.find(id); i >= 0 {
			f.contacts[i].Blocked = false
		}
		f.blocked = slices.DeleteFunc(f.blocked, func(p phone.Person) bool { return p.ID == id })
	})
}

func (f *Fake) changeBlocked(change func()) error {
	f.mu.Lock()
	err := f.takeErr()
	if err == nil {
		change()
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return err
}

func (f *Fake) Blocked() []phone.Person {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := slices.Clone(f.blocked)
	for _, c := range f.contacts {
		if c.Blocked {
			list = append(list, phone.Person{ID: c.ID, Name: c.Name, Contact: true, Address: c.Address})
		}
	}
	return list
}

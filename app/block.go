package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"paravent/app/door"
	"paravent/app/identity"
	"paravent/app/people"
	"paravent/app/phone"
)

// PersonOf reads what names a person, in the address book or not: a contact's
// name, a link, or an id.
func (a *App) PersonOf(who string) (phone.Person, error) {
	c, isContact, err := a.find(who)
	if err == nil {
		return phone.Person{ID: c.ID, Name: c.Name, Contact: isContact, Address: c.Address}, nil
	}
	if id, bad := identity.ParseID(strings.TrimSpace(who)); bad == nil {
		return phone.Person{ID: id.String()}, nil
	}
	return phone.Person{}, err
}

// BlockPerson blocks somebody, in the address book or not: whatever they send
// leaves no trace.
func (a *App) BlockPerson(p phone.Person) error {
	id, err := identity.ParseID(p.ID)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", people.ErrBadContact, err)
	case id == a.me.ID():
		return ErrOwnContact
	}
	if err := a.block(phone.Person{ID: id.String(), Name: p.Name, Address: p.Address}); err != nil {
		return err
	}
	if err := a.door.Withdraw(id.String()); err == nil {
		a.emit(phone.DoorChanged{})
	}
	return nil
}

func (a *App) block(p phone.Person) error {
	if c, ok := a.people.Find(p.ID); ok {
		c.Blocked = true
		return a.PutContact(c)
	}
	if err := a.door.Block(p); err != nil {
		return err
	}
	a.emit(phone.ContactsChanged{})
	return nil
}

// Unblock is the reverse of BlockPerson.
func (a *App) Unblock(id string) error {
	c, isContact := a.people.Find(id)
	err := a.door.Unblock(id)
	if isContact && c.Blocked && (err == nil || errors.Is(err, door.ErrNotBlocked)) {
		c.Blocked = false
		return a.PutContact(c)
	}
	if err != nil {
		return err
	}
	a.emit(phone.ContactsChanged{})
	return nil
}

// Blocked lists everybody who is blocked: contacts by name, then the others.
func (a *App) Blocked() []phone.Person {
	list := []phone.Person{}
	for _, c := range a.people.Contacts() {
		if c.Blocked {
			list = append(list, phone.Person{ID: c.ID, Name: c.Name, Contact: true, Address: c.Address})
		}
	}
	others := slices.DeleteFunc(a.door.Blocked(), func(p phone.Person) bool {
		return slices.ContainsFunc(list, func(c phone.Person) bool { return c.ID == p.ID })
	})
	return append(list, others...)
}

// keepBlocked takes a contact who is about to be removed to the other list:
// leaving the address book opens the door to nobody.
func (a *App) keepBlocked(id string) error {
	c, ok := a.people.Find(id)
	if !ok || !c.Blocked {
		return nil
	}
	return a.door.Block(phone.Person{ID: c.ID, Name: c.Name, Address: c.Address})
}

// putContacts stores contacts. Who was blocked outside the address book stays
// so inside it, until the person says otherwise there.
func (a *App) putContacts(contacts ...phone.Contact) error {
	var listed []string
	for i, c := range contacts {
		if a.door.Blocks(c.ID) {
			listed = append(listed, c.ID)
			contacts[i].Blocked = true
		}
	}
	if err := a.people.Put(contacts...); err != nil {
		return err
	}
	for _, id := range listed {
		if err := a.door.Unblock(id); err != nil {
			return err
		}
	}
	return nil
}

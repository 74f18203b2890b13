package app

import (
	"fmt"
	"strings"

	"paravent/app/identity"
	"paravent/app/phone"
)

// Faults of the address book.
var (
	ErrOwnContact = phone.NewFault("contact-is-yourself") // the address is this phone's own
	ErrNameTaken  = phone.NewFault("contact-name-taken")  // somebody else in the address book has the name
)

func looksLikeLink(s string) bool {
	return strings.Contains(strings.ToLower(s), "paravent:")
}

// Contacts lists the address book by name.
func (a *App) Contacts() []phone.Contact { return a.people.Contacts() }

// FindContact looks a contact up by id, by name or by link.
func (a *App) FindContact(nameOrID string) (phone.Contact, error) {
	c, isContact, err := a.find(nameOrID)
	if err == nil && !isContact {
		err = fmt.Errorf("%w: %.60q", ErrNotFound, nameOrID)
	}
	return c, err
}

// AddContact puts somebody into the address book by their paravent: link.
// Whoever is there already gets the new name and address, and keeps the rest.
// A name that somebody else has is ErrNameTaken: it may be the same person
// with another key, for whom there is ReplaceAddress, or another person.
func (a *App) AddContact(name, address string) (phone.Contact, error) {
	link, err := identity.ReadLink(address)
	if err != nil {
		return phone.Contact{}, err
	}
	if link.ID == a.me.ID() {
		return phone.Contact{}, ErrOwnContact
	}
	c, known := a.people.Find(link.ID.String())
	if !known {
		c = phone.Contact{ID: link.ID.String()}
	}
	c.Name, c.Address = name, link.String()
	if err := a.PutContact(c); err != nil {
		return phone.Contact{}, err
	}
	c, _ = a.people.Find(c.ID)
	return c, nil
}

// WhoseLink tells who a paravent: link names: with the contact's name and
// address where they are in the address book, else with the link's own. It
// does nothing else.
func (a *App) WhoseLink(link string) (phone.Person, error) {
	address, err := identity.ReadLink(link)
	if err != nil {
		return phone.Person{}, err
	}
	id := address.ID.String()
	if address.ID == a.me.ID() {
		return phone.Person{}, ErrOwnContact
	}
	if c, known := a.people.Find(id); known {
		return phone.Person{ID: id, Name: c.Name, Contact: true, Address: c.Address}, nil
	}
	return phone.Person{ID: id, Address: address.String()}, nil
}

// PutContact stores a changed contact. A new name that somebody else has is
// ErrNameTaken.
func (a *App) PutContact(c phone.Contact) error {
	before, known := a.people.Find(c.ID)
	if (!known || before.Name != c.Name) && a.people.Named(c.Name, c.ID) {
		return ErrNameTaken
	}
	if err := a.putContacts(c); err != nil {
		return err
	}
	a.contactsChanged()
	return nil
}

// contactsChanged obeys and tells what changed in the address book.
func (a *App) contactsChanged() {
	a.tightenCalls()
	a.retellCalls()
	a.emit(phone.ContactsChanged{})
}

// RemoveContact forgets a contact, but not that they are blocked. The history
// keeps the name.
func (a *App) RemoveContact(id string) error {
	if err := a.keepBlocked(id); err != nil {
		return err
	}
	if err := a.people.Remove(id); err != nil {
		return err
	}
	a.contactsChanged()
	return nil
}

// person tells who a party is: the contact's name, else what they call
// themselves, and whether that is a contact's name too.
func (a *App) person(id, address, calledThemselves string) phone.Person {
	p := phone.Person{ID: id, Name: calledThemselves, Address: address}
	if c, ok := a.people.Find(id); ok {
		p.Name, p.Contact = c.Name, true
		return p
	}
	p.Namesake = a.people.Named(p.Name, id)
	return p
}

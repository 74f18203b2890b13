package app

import (
	"paravent/app/identity"
	"paravent/app/phone"
)

// ErrOtherCode says that the code that was scanned is somebody else's.
var ErrOtherCode = phone.NewFault("code-of-somebody-else")

// Verify notes that the person made sure that a contact's key is the contact's:
// both read the same safety words to each other. The contact is named by id or
// name, as in the methods below.
func (a *App) Verify(contact string) error { return a.trust(contact, phone.Verified) }

// Distrust notes that the safety words differed: somebody else is on the line,
// or in between. Calls go through the relay only, after a warning, until
// Verify; a call under way leaves a direct path.
func (a *App) Distrust(contact string) error { return a.trust(contact, phone.Changed) }

func (a *App) trust(contact string, t phone.Trust) error {
	c, err := a.FindContact(contact)
	if err != nil {
		return err
	}
	c.Trust = t
	return a.PutContact(c)
}

// CompareCode compares a contact's key with the link that was scanned from the
// contact's own screen: the same one is verified. For another one it returns
// ErrOtherCode, and nothing changes.
func (a *App) CompareCode(contact, scanned string) error {
	c, err := a.FindContact(contact)
	if err != nil {
		return err
	}
	address, err := identity.ReadLink(scanned)
	switch {
	case err != nil:
		return err
	case address.ID.String() != c.ID:
		return ErrOtherCode
	}
	return a.Verify(c.ID)
}

// ReplaceAddress gives a contact another link. A link of the same identity is
// just a newer one. Another identity takes the old one's place: its key is
// changed until verified, and what was granted to the old key lapses. Errors:
// ErrOwnContact, people.ErrAlreadyContact; on error nothing changes.
func (a *App) ReplaceAddress(contact, link string) (phone.Contact, error) {
	old, err := a.FindContact(contact)
	if err != nil {
		return phone.Contact{}, err
	}
	address, err := identity.ReadLink(link)
	switch {
	case err != nil:
		return phone.Contact{}, err
	case address.ID == a.me.ID():
		return phone.Contact{}, ErrOwnContact
	}
	c := old
	c.Address = address.String()
	if id := address.ID.String(); id != old.ID {
		c.ID = id
		lapse(&c)
	}
	if err := a.people.Replace(old.ID, c); err != nil {
		return phone.Contact{}, err
	}
	a.contactsChanged()
	c, _ = a.people.Find(c.ID)
	return c, nil
}

// lapse takes from a contact with another key what the person granted to the
// one before. Refusals stay. A favourite stays one for the eye; while the key
// is changed it counts nowhere.
func lapse(c *phone.Contact) {
	c.Trust = phone.Changed
	if c.Permission == phone.PermissionAlways {
		c.Permission = phone.PermissionInherit
	}
	if c.Route == phone.RouteDirect {
		c.Route = phone.RouteInherit
	}
}

package people

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
)

// Limits of the address book.
const (
	maxContacts = 10_000
	maxName     = 128  // bytes
	maxAddress  = 1024 // bytes
	idBytes     = 32
)

// Contacts lists everybody, sorted by name.
func (s *Store) Contacts() []phone.Contact {
	s.mu.RLock()
	list := make([]phone.Contact, 0, len(s.contacts))
	for _, c := range s.contacts {
		list = append(list, c)
	}
	s.mu.RUnlock()
	SortByName(list)
	return list
}

// Find looks for an id, or for a name that exactly one contact has; case and
// accents do not matter. A name that two have finds nobody.
func (s *Store) Find(idOrName string) (phone.Contact, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c, ok := s.contacts[strings.ToLower(idOrName)]; ok {
		return c, true
	}
	var found []phone.Contact
	for _, c := range s.contacts {
		if fold(c.Name) == fold(idOrName) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return phone.Contact{}, false
	}
	return found[0], true
}

// Put adds a contact, or replaces the one with the same id. Empty choices get
// their defaults. Errors: ErrBadContact, ErrTooMany, and those of writing.
func (s *Store) Put(c phone.Contact) error {
	c, err := clean(c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.contacts[c.ID]; !known && len(s.contacts) >= maxContacts {
		return ErrTooMany
	}
	value, err := json.Marshal(c)
	if err != nil {
		return storeError(err)
	}
	at := s.box.name(bucketContacts, []byte(c.ID))
	if err := s.update(func(tx *bolt.Tx) error {
		return s.put(tx, bucketContacts, at, value)
	}); err != nil {
		return err
	}
	s.contacts[c.ID] = c
	return nil
}

// Replace puts c in the place of the contact old, whose identity is left in
// no entry, in one transaction. Errors: ErrNoContact, ErrAlreadyContact where
// another entry has c's identity, and those of Put.
func (s *Store) Replace(old string, c phone.Contact) error {
	c, err := clean(c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old = strings.ToLower(old)
	if _, ok := s.contacts[old]; !ok {
		return ErrNoContact
	}
	if _, taken := s.contacts[c.ID]; taken && c.ID != old {
		return ErrAlreadyContact
	}
	value, err := json.Marshal(c)
	if err != nil {
		return storeError(err)
	}
	at := s.box.name(bucketContacts, []byte(c.ID))
	if err := s.update(func(tx *bolt.Tx) error {
		if err := tx.Bucket(bucketContacts).Delete(s.box.name(bucketContacts, []byte(old))); err != nil {
			return err
		}
		return s.put(tx, bucketContacts, at, value)
	}); err != nil {
		return err
	}
	delete(s.contacts, old)
	s.contacts[c.ID] = c
	return nil
}

// Named tells whether a contact other than id has a name, as Find reads names.
func (s *Store) Named(name, id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name, id = fold(strings.TrimSpace(name)), strings.ToLower(id)
	for _, c := range s.contacts {
		if c.ID != id && fold(c.Name) == name {
			return true
		}
	}
	return false
}

// Remove deletes a contact.
func (s *Store) Remove(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = strings.ToLower(id)
	if _, ok := s.contacts[id]; !ok {
		return ErrNoContact
	}
	if err := s.update(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketContacts).Delete(s.box.name(bucketContacts, []byte(id)))
	}); err != nil {
		return err
	}
	delete(s.contacts, id)
	return nil
}

// clean checks a contact and fills in what is empty.
func clean(c phone.Contact) (phone.Contact, error) {
	c.ID, c.Name = strings.ToLower(c.ID), strings.TrimSpace(c.Name)
	if raw, err := hex.DecodeString(c.ID); err != nil || len(raw) != idBytes {
		return c, fmt.Errorf("%w: id", ErrBadContact)
	}
	if c.Name == "" || len(c.Name) > maxName || !utf8.ValidString(c.Name) ||
		slices.ContainsFunc([]rune(c.Name), func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return c, fmt.Errorf("%w: name", ErrBadContact)
	}
	if len(c.Address) > maxAddress || !utf8.ValidString(c.Address) {
		return c, fmt.Errorf("%w: address", ErrBadContact)
	}
	switch c.Route {
	case "":
		c.Route = phone.RouteInherit
	case phone.RouteInherit, phone.RouteRelay, phone.RouteDirect:
	default:
		return c, fmt.Errorf("%w: route", ErrBadContact)
	}
	switch c.Permission {
	case "":
		c.Permission = phone.PermissionInherit
	case phone.PermissionInherit, phone.PermissionAlways, phone.PermissionNever:
	default:
		return c, fmt.Errorf("%w: permission", ErrBadContact)
	}
	switch c.Trust {
	case "":
		c.Trust = phone.Unverified
	case phone.Unverified, phone.Verified, phone.Changed:
	default:
		return c, fmt.Errorf("%w: trust", ErrBadContact)
	}
	if c.Added.IsZero() {
		c.Added = time.Now()
	}
	c.Added = c.Added.UTC().Truncate(time.Second)
	return c, nil
}

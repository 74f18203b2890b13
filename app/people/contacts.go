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
	MaxName     = 128  // bytes of a name
	maxAddress  = 1024 // bytes
	idBytes     = 32
)

// Contacts lists everybody, sorted by name.
func (s *Store) Contacts() []phone.Contact {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.contacts.list()
}

// Find looks for an id, or for a name that exactly one contact has; case and
// accents do not matter. A name that two have finds nobody.
func (s *Store) Find(idOrName string) (phone.Contact, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c, ok := s.contacts.get(strings.ToLower(idOrName)); ok {
		return c, true
	}
	if found := s.contacts.named(idOrName); len(found) == 1 {
		return found[0].Contact, true
	}
	return phone.Contact{}, false
}

// Put adds contacts, or replaces those with the same ids, in one transaction.
// Empty choices get their defaults. Errors: ErrBadContact, ErrTooMany, and
// those of writing; then nothing changed.
func (s *Store) Put(contacts ...phone.Contact) error {
	all := make([]phone.Contact, len(contacts))
	for i, c := range contacts {
		var err error
		if all[i], err = clean(c); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.contacts.len()+s.unknown(all) > maxContacts {
		return ErrTooMany
	}
	if err := s.update(func(tx *bolt.Tx) error {
		for _, c := range all {
			if err := s.putContact(tx, c); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	s.contacts.put(all...)
	return nil
}

// unknown counts those who are not in the address book. It is called with mu
// held.
func (s *Store) unknown(contacts []phone.Contact) int {
	fresh := map[string]bool{}
	for _, c := range contacts {
		if _, known := s.contacts.get(c.ID); !known {
			fresh[c.ID] = true
		}
	}
	return len(fresh)
}

func (s *Store) putContact(tx *bolt.Tx, c phone.Contact) error {
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.put(tx, bucketContacts, s.box.name(bucketContacts, []byte(c.ID)), value)
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
	if _, ok := s.contacts.get(old); !ok {
		return ErrNoContact
	}
	if _, taken := s.contacts.get(c.ID); taken && c.ID != old {
		return ErrAlreadyContact
	}
	if err := s.update(func(tx *bolt.Tx) error {
		if err := tx.Bucket(bucketContacts).Delete(s.box.name(bucketContacts, []byte(old))); err != nil {
			return err
		}
		return s.putContact(tx, c)
	}); err != nil {
		return err
	}
	s.contacts.remove(old)
	s.contacts.put(c)
	return nil
}

// Named tells whether a contact other than id has a name, as Find reads names.
func (s *Store) Named(name, id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.contacts.named(name), func(l *listed) bool { return l.ID != strings.ToLower(id) })
}

// Remove deletes contacts, in one transaction. It is ErrNoContact where one of
// them is not there; then nothing changed.
func (s *Store) Remove(ids ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if _, ok := s.contacts.get(strings.ToLower(id)); !ok {
			return ErrNoContact
		}
	}
	if err := s.update(func(tx *bolt.Tx) error {
		for _, id := range ids {
			if err := tx.Bucket(bucketContacts).Delete(s.box.name(bucketContacts, []byte(strings.ToLower(id)))); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, id := range ids {
		s.contacts.remove(strings.ToLower(id))
	}
	return nil
}

// usable tells what is wrong with a name: one that does not go into the address
// book is typed by somebody who then has to find out why.
func usable(name string) error {
	odd := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
	switch {
	case name == "":
		return fmt.Errorf("%w: name", ErrBadContact)
	case len(name) > MaxName:
		return fmt.Errorf("%w: %w", ErrLongName, ErrBadContact)
	case !utf8.ValidString(name), slices.ContainsFunc([]rune(name), odd):
		return fmt.Errorf("%w: %w", ErrOddName, ErrBadContact)
	}
	return nil
}

// clean checks a contact and fills in what is empty.
func clean(c phone.Contact) (phone.Contact, error) {
	c.ID, c.Name = strings.ToLower(c.ID), strings.TrimSpace(c.Name)
	if raw, err := hex.DecodeString(c.ID); err != nil || len(raw) != idBytes {
		return c, fmt.Errorf("%w: id", ErrBadContact)
	}
	if err := usable(c.Name); err != nil {
		return c, err
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

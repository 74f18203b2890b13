package door

import (
	"fmt"
	"slices"

	"paravent/app/phone"
)

// Block blocks somebody who is not in the address book. On error nothing changes.
func (d *Door) Block(p phone.Person) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(d.blocked), func(o phone.Person) bool { return o.ID == p.ID })
	if len(next) >= maxBlocked {
		return fmt.Errorf("%w: %d blocked", ErrTooMany, maxBlocked)
	}
	p.Contact = false
	return d.setBlocked(append(next, p))
}

// Unblock takes somebody off the list. Errors are ErrNotBlocked and the
// store's; then nothing changed.
func (d *Door) Unblock(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(d.blocked), func(o phone.Person) bool { return o.ID == id })
	if len(next) == len(d.blocked) {
		return ErrNotBlocked
	}
	return d.setBlocked(next)
}

// Blocks tells whether somebody is on the list.
func (d *Door) Blocks(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.blocked, func(p phone.Person) bool { return p.ID == id })
}

// Blocked is the list, the newest last.
func (d *Door) Blocked() []phone.Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]phone.Person{}, d.blocked...)
}

func (d *Door) setBlocked(next []phone.Person) error {
	if err := d.save(keyBlocked, next); err != nil {
		return err
	}
	d.blocked = next
	return nil
}

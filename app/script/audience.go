package script

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"paravent/app/phone"
)

// permitted refuses a permission that is none before anything is done: a
// typing error must not leave somebody as the groups have it.
func (c command) permitted() error {
	if slices.Contains([]phone.Permission{"", phone.PermissionInherit, phone.PermissionAlways, phone.PermissionNever}, c.Permission) {
		return nil
	}
	return fmt.Errorf("%w: permission %q", phone.ErrBadCommand, c.Permission)
}

// doContactAdd leaves as it is what the command does not name.
func (f *Face) doContactAdd(c command) (map[string]any, error) {
	if err := c.permitted(); err != nil {
		return nil, err
	}
	added, err := f.phone.AddContact(c.Name, c.Address)
	if err != nil {
		return nil, err
	}
	chosen := added
	chosen.Favourite = added.Favourite || c.Favourite
	chosen.Route = cmp.Or(c.Route, added.Route)
	chosen.Permission = cmp.Or(c.Permission, added.Permission)
	if chosen != added {
		if err := f.phone.PutContact(chosen); err != nil {
			return nil, err
		}
	}
	return map[string]any{"contact": added.ID}, nil
}

// doPermission sets who always or never may ring, whatever the groups say.
func (f *Face) doPermission(c command) (map[string]any, error) {
	if c.Permission == "" {
		return nil, fmt.Errorf("%w: no permission", phone.ErrBadCommand)
	}
	if err := c.permitted(); err != nil {
		return nil, err
	}
	return f.change(c.Contact, func(p *phone.Contact) { p.Permission = c.Permission })
}

// doExpect wants the minutes said: a field left out must not end anything.
func (f *Face) doExpect(c command) (map[string]any, error) {
	const day = 24 * 60
	if c.Minutes == nil || *c.Minutes < 0 || *c.Minutes > day {
		return nil, fmt.Errorf("%w: expect takes 0 to %d minutes", phone.ErrBadCommand, day)
	}
	return nil, f.phone.Expect(time.Duration(*c.Minutes) * time.Minute)
}

func (f *Face) doDisturb(c command) (map[string]any, error) {
	return nil, f.phone.Disturb(c.On, c.Until)
}

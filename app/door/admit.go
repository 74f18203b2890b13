package door

import (
	"fmt"
	"slices"
	"time"

	"paravent/app/phone"
)

// Admit lets somebody ring once until a time. On error nothing changes.
func (d *Door) Admit(a phone.Admission, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(d.admitted), func(o phone.Admission) bool { return o.Who.ID == a.Who.ID || !holds(o, now) })
	if len(next) >= maxAdmitted {
		return fmt.Errorf("%w: %d may ring once", ErrTooMany, maxAdmitted)
	}
	return d.setAdmitted(append(next, a))
}

// MayOnce tells whether somebody may ring once now.
func (d *Door) MayOnce(id string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.admitted, func(a phone.Admission) bool { return a.Who.ID == id && holds(a, now) })
}

// Admitted lists who may ring once.
func (d *Door) Admitted(now time.Time) []phone.Admission {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(append([]phone.Admission{}, d.admitted...), func(a phone.Admission) bool { return !holds(a, now) })
}

// Use takes the permission away because it was used. It is gone even where the
// error says that this could not be written.
func (d *Door) Use(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.admitted = d.without(id)
	return d.save(keyAdmitted, d.admitted)
}

// Withdraw takes the permission away before it was used. Errors are
// ErrNotAdmitted and the store's; then nothing changed.
func (d *Door) Withdraw(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := d.without(id)
	if len(next) == len(d.admitted) {
		return ErrNotAdmitted
	}
	return d.setAdmitted(next)
}

func (d *Door) without(id string) []phone.Admission {
	return slices.DeleteFunc(slices.Clone(d.admitted), func(a phone.Admission) bool { return a.Who.ID == id })
}

func (d *Door) setAdmitted(next []phone.Admission) error {
	if err := d.save(keyAdmitted, next); err != nil {
		return err
	}
	d.admitted = next
	return nil
}

// holds tells whether an admission counts; a clock that was set back does not
// make it longer.
func holds(a phone.Admission, now time.Time) bool {
	left := a.Until.Sub(now)
	return left > 0 && left <= phone.AdmitFor
}

// Package door keeps what this phone knows of people outside: the token of the
// link that it gives out, who may ring once, at whose doors it knocked, and
// who is blocked without being in the address book. Every change is in the
// store when its method returns. A Door may be used from any goroutine.
package door

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
)

// Faults of this package.
var (
	ErrDamaged     = phone.NewFault("door-damaged")        // what was stored cannot be read; it was begun afresh
	ErrTooMany     = phone.NewFault("door-list-full")      // one of the lists is full
	ErrNotAdmitted = phone.NewFault("not-admitted")        // Withdraw: nobody of this id may ring once
	ErrNotBlocked  = phone.NewFault("contact-not-blocked") // Unblock: nobody of this id is blocked
)

// Limits of the lists.
const (
	maxAdmitted = 100
	maxKnocked  = 200
	maxBlocked  = 2000
)

// AwaitFor is how long a welcome is looked at after a knock.
const AwaitFor = 3 * 24 * time.Hour

// Store keeps values by key, secret at rest. Get returns nil and no error for
// a key that is not there.
type Store interface {
	Get(key string) ([]byte, error)
	Put(key string, value []byte) error
}

// Keys in the store.
const (
	keyToken    = "token"
	keyAdmitted = "admitted"
	keyKnocked  = "knocked"
	keyBlocked  = "blocked"
)

// Door is what is known, as in the store.
type Door struct {
	store Store

	mu       sync.Mutex
	token    identity.Door
	admitted []phone.Admission
	knocked  []knock
	blocked  []phone.Person
}

// knock is that this phone knocked somewhere.
type knock struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// Open reads what the store has. A profile without a token gets one when fresh,
// so that only who has its link can ask to be let in. One that is older than
// tokens keeps the zero token, and with it the links that it gave out are
// true until the first Renew. notice is ErrDamaged, err the store's.
func Open(store Store, fresh bool) (d *Door, notice, err error) { //nolint:revive,staticcheck // err is the last one; notice is not a failure
	d = &Door{store: store}
	saved, err := store.Get(keyToken)
	switch {
	case err != nil:
		return nil, nil, err
	case len(saved) == len(d.token):
		d.token = identity.Door(saved)
	case saved != nil || fresh:
		err = d.setToken(identity.NewDoor())
	default:
		err = d.setToken(identity.Door{})
	}
	if err != nil {
		return nil, nil, err
	}
	for key, into := range map[string]any{keyAdmitted: &d.admitted, keyKnocked: &d.knocked, keyBlocked: &d.blocked} {
		saved, err := store.Get(key)
		if err != nil {
			return nil, nil, err
		}
		if saved == nil {
			continue
		}
		if err := json.Unmarshal(saved, into); err != nil {
			notice = fmt.Errorf("%w: %s: %w", ErrDamaged, key, err)
		}
	}
	return d, notice, nil
}

func (d *Door) save(key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return d.store.Put(key, b)
}

// Token is that of the link which this phone gives out now.
func (d *Door) Token() identity.Door {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.token
}

// Renew draws another token: older links are those of strangers from then on.
// On error nothing changes.
func (d *Door) Renew() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.setToken(identity.NewDoor())
}

func (d *Door) setToken(t identity.Door) error {
	if err := d.store.Put(keyToken, t[:]); err != nil {
		return err
	}
	d.token = t
	return nil
}

// Knocked remembers that this phone knocked at somebody's door.
func (d *Door) Knocked(id string, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(d.knocked), func(k knock) bool { return k.ID == id || over(k, now) })
	next = append(next, knock{id, now})
	next = next[max(0, len(next)-maxKnocked):]
	if err := d.save(keyKnocked, next); err != nil {
		return err
	}
	d.knocked = next
	return nil
}

// Awaits tells whether this phone knocked there within AwaitFor.
func (d *Door) Awaits(id string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.knocked, func(k knock) bool { return k.ID == id && !over(k, now) })
}

func over(k knock, now time.Time) bool {
	return now.Sub(k.At) > AwaitFor || k.At.After(now.Add(AwaitFor))
}

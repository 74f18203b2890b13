// Package audience answers one question: may this caller ring? It is pure; any
// goroutine may use it. Whoever may not ring is never answered (P13, P14).
package audience

import (
	"slices"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// Caller is what this phone knows of somebody who calls. The zero value is a
// stranger who has no link of this phone, or a retired one.
type Caller struct {
	Contact    bool             // in the address book
	Favourite  bool             // followed; counts only with Contact
	Permission phone.Permission // counts only with Contact
	Trust      phone.Trust      // counts only with Contact
	Blocked    bool             // counts without Contact too
	Once       bool             // knocked, and was let in once
	HasLink    bool             // came by the link that this phone gives out now; contacts need none
}

// Of is the Caller for an entry of the address book.
func Of(c phone.Contact) Caller {
	return Caller{Contact: true, Favourite: c.Favourite, Permission: c.Permission, Trust: c.Trust, Blocked: c.Blocked}
}

// What was granted to a key lapses when the key changes; what was refused stays.
func (c Caller) changed() bool  { return c.Trust == phone.Changed }
func (c Caller) follows() bool  { return c.Contact && c.Favourite && !c.changed() }
func (c Caller) verified() bool { return c.Contact && c.Trust == phone.Verified }
func (c Caller) always() bool {
	return c.Contact && c.Permission == phone.PermissionAlways && !c.changed()
}
func (c Caller) never() bool { return c.Contact && c.Permission == phone.PermissionNever }
func (c Caller) known() bool { return c.Contact || c.HasLink }

// Kind is what becomes of a call.
type Kind uint8

// The kinds.
const (
	Silence Kind = iota // no reply at all, as if nobody were there
	Ring
)

// Why is the rule that decided.
type Why uint8

// The rules, in the order in which they are asked.
const (
	BecauseBlocked   Why = iota + 1
	BecauseOff           // calls are off
	BecauseNever         // this person never may
	BecauseDisturb       // do not disturb is on, or the weekly schedule says so
	BecauseAlways        // this person always may
	BecauseOnce          // knocked, and was let in once
	BecauseExpecting     // the person expects a call
	BecauseEveryone
	BecauseContact
	BecauseFollowing
	BecauseVerified
	BecauseOutside // in none of the chosen groups
)

// Decision says whether it rings and why.
type Decision struct {
	Kind      Kind
	Why       Why
	MayKnock  bool // may leave a short text, which rings never and is answered never
	AudioOnly bool // with Ring: rings, and is held, without pictures
}

// Record tells whether a call that may not ring is written into the history.
// Blocked people leave no trace.
func (d Decision) Record() bool { return d.Kind == Silence && d.Why != BecauseBlocked }

// Decide answers for one caller at one moment, whose zone is the person's. A
// contact whose key changed is in the address book, but nothing more: it rings
// as a warning.
func Decide(s settings.Calls, c Caller, now time.Time) Decision {
	var d Decision
	d.Kind, d.Why = decide(s, c, now)
	d.AudioOnly = d.Kind == Ring && s.Media == settings.MediaAudio
	d.MayKnock = s.Enabled && s.Unknown == settings.UnknownKnock && !c.Blocked && !c.never() && c.known()
	return d
}

func decide(s settings.Calls, c Caller, now time.Time) (Kind, Why) {
	switch {
	case c.Blocked:
		return Silence, BecauseBlocked
	case !s.Enabled:
		return Silence, BecauseOff
	case c.never():
		return Silence, BecauseNever
	case s.Quiet(now) && !excepted(s, c):
		return Silence, BecauseDisturb
	case c.always():
		return Ring, BecauseAlways
	case c.Once:
		return Ring, BecauseOnce
	case s.Expecting(now) && c.known():
		return Ring, BecauseExpecting
	}
	return group(s, c)
}

// group asks the groups, of which the widest is told.
func group(s settings.Calls, c Caller) (Kind, Why) {
	chosen := func(a settings.Audience) bool { return slices.Contains(s.Audience, a) }
	switch {
	case c.known() && chosen(settings.AudienceEveryone):
		return Ring, BecauseEveryone
	case c.Contact && chosen(settings.AudienceContacts):
		return Ring, BecauseContact
	case c.follows() && chosen(settings.AudienceFollowing):
		return Ring, BecauseFollowing
	case c.verified() && chosen(settings.AudienceVerified):
		return Ring, BecauseVerified
	}
	return Silence, BecauseOutside
}

// excepted tells whom do not disturb leaves as they are. It gives nobody a ring.
func excepted(s settings.Calls, c Caller) bool {
	return slices.ContainsFunc(s.DoNotDisturb.Exceptions, func(e settings.Exception) bool {
		switch e {
		case settings.ExceptContacts:
			return c.Contact
		case settings.ExceptFollowing:
			return c.follows()
		case settings.ExceptVerified:
			return c.verified()
		case settings.ExceptAlways:
			return c.always()
		}
		return false
	})
}

// Package audience answers one question: may this caller ring? It is pure; any
// goroutine may use it. Whoever may not ring is never answered (P13, P14).
package audience

import (
	"slices"

	"paravent/app/phone"
	"paravent/settings"
)

// Caller is what this phone knows of somebody who calls. The zero value is a
// stranger.
type Caller struct {
	Contact   bool        // in the address book
	Favourite bool        // followed; counts only with Contact
	Blocked   bool        // counts without Contact too
	Trust     phone.Trust // counts only with Contact
}

// Of is the Caller for an entry of the address book.
func Of(c phone.Contact) Caller {
	return Caller{Contact: true, Favourite: c.Favourite, Blocked: c.Blocked, Trust: c.Trust}
}

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
	BecauseBlocked Why = iota + 1
	BecauseOff         // calls are off
	BecauseEveryone
	BecauseContact
	BecauseFollowing
	BecauseVerified
	BecauseOutside // in none of the chosen groups
)

// Decision says whether it rings and why.
type Decision struct {
	Kind Kind
	Why  Why
}

// Record tells whether a call that may not ring is written into the history.
// Blocked people leave no trace.
func (d Decision) Record() bool { return d.Kind == Silence && d.Why != BecauseBlocked }

// Decide answers for one caller. A contact whose key changed is in the address
// book, but nothing more: it rings as a warning.
func Decide(s settings.Calls, c Caller) Decision {
	chosen := func(a settings.Audience) bool { return slices.Contains(s.Audience, a) }
	switch {
	case c.Blocked:
		return Decision{Silence, BecauseBlocked}
	case !s.Enabled:
		return Decision{Silence, BecauseOff}
	case chosen(settings.AudienceEveryone):
		return Decision{Ring, BecauseEveryone}
	case c.Contact && chosen(settings.AudienceContacts):
		return Decision{Ring, BecauseContact}
	case c.Contact && c.Favourite && c.Trust != phone.Changed && chosen(settings.AudienceFollowing):
		return Decision{Ring, BecauseFollowing}
	case c.Contact && c.Trust == phone.Verified && chosen(settings.AudienceVerified):
		return Decision{Ring, BecauseVerified}
	}
	return Decision{Silence, BecauseOutside}
}

// Sentences are all keys that Sentence returns; each needs a translation that
// says in one sentence who can call.
func Sentences() []string {
	return []string{
		"audience.off", "audience.nobody", "audience.everyone", "audience.contacts",
		"audience.following", "audience.verified", "audience.following-verified",
	}
}

// Sentence is the translation key of what the present choice means. Groups
// that lie within a larger chosen one add nothing to it.
func Sentence(s settings.Calls) string {
	chosen := func(a settings.Audience) bool { return slices.Contains(s.Audience, a) }
	following, verified := chosen(settings.AudienceFollowing), chosen(settings.AudienceVerified)
	switch {
	case !s.Enabled:
		return "audience.off"
	case chosen(settings.AudienceEveryone):
		return "audience.everyone"
	case chosen(settings.AudienceContacts):
		return "audience.contacts"
	case following && verified:
		return "audience.following-verified"
	case following:
		return "audience.following"
	case verified:
		return "audience.verified"
	}
	return "audience.nobody"
}

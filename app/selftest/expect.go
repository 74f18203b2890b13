package selftest

import (
	"slices"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// relation is who the hostile peer is to the phone.
type relation struct {
	contact  bool
	blocked  bool
	favour   bool
	trust    phone.Trust
	choice   phone.RouteChoice // "" inherits
	describe string
}

// mayRing is what "who can call me" promises now, worked out by itself.
func (r relation) mayRing(s settings.Settings, now time.Time) bool {
	if !s.Calls.Enabled || r.blocked || r.disturbs(s.Calls, now, s.Privacy.Lockdown) {
		return false
	}
	has := func(a settings.Audience) bool { return slices.Contains(s.Calls.Audience, a) }
	everyone, contacts := has(settings.AudienceEveryone) || now.Before(s.Calls.ExpectingUntil.Time), has(settings.AudienceContacts)
	if s.Privacy.Lockdown {
		everyone, contacts = false, contacts || has(settings.AudienceEveryone)
	}
	return everyone || r.contact && (contacts ||
		has(settings.AudienceFollowing) && r.favour || has(settings.AudienceVerified) && r.trust == phone.Verified)
}

// disturbs tells whether do not disturb silences this peer now.
func (r relation) disturbs(c settings.Calls, now time.Time, lockdown bool) bool {
	_, night := c.DoNotDisturb.Scheduled(now)
	awaits := !lockdown && now.Before(c.ExpectingUntil.Time)
	spared := func(e settings.Exception, so bool) bool { return so && slices.Contains(c.DoNotDisturb.Exceptions, e) }
	return (c.DoNotDisturb.Now.At(now) || night && !awaits) && !spared(settings.ExceptContacts, r.contact) &&
		!spared(settings.ExceptFollowing, r.favour) && !spared(settings.ExceptVerified, r.trust == phone.Verified)
}

// route is the widest that the settings allow with this peer, worked out by
// itself (P4, P5).
func (r relation) route(s settings.Settings) phone.Route {
	own := r.contact && !s.Privacy.Lockdown
	switch {
	case own && r.choice == phone.RouteRelay, s.Privacy.Lockdown:
		return phone.Relay
	case own && r.choice == phone.RouteDirect, s.Privacy.Route == settings.RouteDirect,
		s.Privacy.Route == settings.RouteContactsDirect && r.contact:
		return phone.Direct
	}
	return phone.Relay
}

// prepared tells whether a call of this peer is made ready through relays
// while it rings: then the peer learns the relay's address before the person
// answers, and nothing else.
func (r relation) prepared(s settings.Settings) bool {
	return s.Calls.Preconnect && !s.Privacy.Lockdown && r.contact && (r.favour || r.trust == phone.Verified)
}

// admitted is somebody of the address book whom the settings let ring; false
// where they let nobody.
func admitted(s settings.Settings) (relation, bool) {
	for _, r := range []relation{
		{contact: true, describe: "a contact"}, {contact: true, favour: true, describe: "a contact you follow"},
		{contact: true, trust: phone.Verified, describe: "a verified contact"},
	} {
		if r.mayRing(s, time.Now()) {
			return r, true
		}
	}
	return relation{contact: true, describe: "a contact"}, false
}

package selftest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/audience"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/settings"
)

// What the check expects by itself is what the phone promises: for all
// settings and relations, both say the same.
func TestExpectationsAreThePhonesOwn(t *testing.T) {
	groups := [][]settings.Audience{nil, {settings.AudienceContacts}, {settings.AudienceFollowing}, {settings.AudienceVerified},
		{settings.AudienceEveryone}, {settings.AudienceFollowing, settings.AudienceVerified}}
	n := 0
	for _, policy := range []settings.RoutePolicy{settings.RouteRelay, settings.RouteContactsDirect, settings.RouteDirect} {
		for _, lockdown := range []bool{false, true} {
			for _, enabled := range []bool{false, true} {
				for _, group := range groups {
					s := settings.Defaults()
					s.Privacy.Route, s.Privacy.Lockdown, s.Calls.Enabled, s.Calls.Audience = policy, lockdown, enabled, group
					n += compare(t, s)
					s.Calls.DoNotDisturb.Now.On = true
					n += compare(t, s)
					s.Calls.DoNotDisturb.Exceptions = []settings.Exception{settings.ExceptFollowing, settings.ExceptVerified}
					n += compare(t, s)
					s.Calls.DoNotDisturb.Now.On = false
					s.Calls.DoNotDisturb.Schedule = []settings.Period{{Days: settings.Days, From: "00:00", To: "00:00"}}
					n += compare(t, s)
					s.Calls.ExpectingUntil = settings.At(time.Now().Add(time.Hour))
					n += compare(t, s)
				}
			}
		}
	}
	require.Positive(t, n)
}

func compare(t *testing.T, s settings.Settings) (n int) {
	t.Helper()
	for _, choice := range []phone.RouteChoice{"", phone.RouteInherit, phone.RouteRelay, phone.RouteDirect} {
		for _, r := range []relation{
			{}, {contact: true}, {contact: true, favour: true}, {contact: true, trust: phone.Verified}, {contact: true, blocked: true},
		} {
			r.choice = choice
			c := phone.Contact{Favourite: r.favour, Blocked: r.blocked, Trust: r.trust, Route: choice}
			caller, now := audience.Caller{HasLink: true}, time.Now()
			if r.contact {
				caller = audience.Of(c)
			}
			require.Equal(t, audience.Decide(s.Effective().Calls, caller, now).Kind == audience.Ring, r.mayRing(s, now), "%+v %+v", r, s)
			require.Equal(t, route.Wish(s.Effective(), c, r.contact), r.route(s), "%+v %+v", r, s)
			n++
		}
	}
	return n
}

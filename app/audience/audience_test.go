package audience

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
)

var (
	groups = []settings.Audience{
		settings.AudienceContacts, settings.AudienceFollowing, settings.AudienceVerified, settings.AudienceEveryone,
	}
	exceptions = []settings.Exception{
		settings.ExceptContacts, settings.ExceptFollowing, settings.ExceptVerified, settings.ExceptAlways,
	}
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday
)

// callers are all there can be.
func callers(visit func(c Caller)) {
	flags := []bool{false, true}
	for _, contact := range flags {
		for _, favourite := range flags {
			for _, blocked := range flags {
				for _, once := range flags {
					for _, link := range flags {
						for _, trust := range []phone.Trust{"", phone.Unverified, phone.Verified, phone.Changed} {
							for _, may := range []phone.Permission{"", phone.PermissionInherit, phone.PermissionAlways, phone.PermissionNever} {
								visit(Caller{contact, favourite, may, trust, blocked, once, link})
							}
						}
					}
				}
			}
		}
	}
}

func chosen[T any](all []T, mask int) []T {
	list := []T{}
	for i, v := range all {
		if mask&(1<<i) != 0 {
			list = append(list, v)
		}
	}
	return list
}

// choices are all that decide, at noon.
func choices(visit func(s settings.Calls)) {
	working := []settings.Period{{Days: []settings.Day{"mon"}, From: "09:00", To: "17:00"}}
	for n := range 1 << 13 {
		s := settings.Calls{Enabled: n&1 != 0, Audience: chosen(groups, n>>1&15), Media: settings.MediaAudioVideo, Unknown: settings.UnknownSilence}
		s.DoNotDisturb.Exceptions = chosen(exceptions, n>>5&15)
		s.DoNotDisturb.Now.On = n&(1<<9) != 0
		if n&(1<<10) != 0 {
			s.DoNotDisturb.Schedule = working
		}
		if n&(1<<11) != 0 {
			s.ExpectingUntil = settings.At(noon.Add(time.Minute))
		}
		if n&(1<<12) != 0 {
			s.Unknown, s.Media = settings.UnknownKnock, settings.MediaAudio
		}
		visit(s)
	}
}

// bans and grants state the rules once more, as lists: every ban that applies
// silences, and one grant that applies is needed. The code is a ladder.
var bans = map[string]func(s settings.Calls, c Caller) bool{
	"blocked": func(_ settings.Calls, c Caller) bool { return c.Blocked },
	"off":     func(s settings.Calls, _ Caller) bool { return !s.Enabled },
	"never":   func(_ settings.Calls, c Caller) bool { return c.Contact && c.Permission == "never" },
	"do not disturb": func(s settings.Calls, c Caller) bool {
		expecting, scheduled := !s.ExpectingUntil.IsZero(), len(s.DoNotDisturb.Schedule) > 0
		if !s.DoNotDisturb.Now.On && (expecting || !scheduled) {
			return false
		}
		for _, e := range s.DoNotDisturb.Exceptions {
			sound := c.Contact && c.Trust != "changed"
			if e == "contacts" && c.Contact || e == "following" && sound && c.Favourite ||
				e == "verified" && sound && c.Trust == "verified" || e == "always" && sound && c.Permission == "always" {
				return false
			}
		}
		return true
	},
}

var grants = map[string]func(s settings.Calls, c Caller) bool{
	"always": func(_ settings.Calls, c Caller) bool {
		return c.Contact && c.Permission == "always" && c.Trust != "changed"
	},
	"once":      func(_ settings.Calls, c Caller) bool { return c.Once },
	"expecting": func(s settings.Calls, c Caller) bool { return !s.ExpectingUntil.IsZero() && (c.Contact || c.HasLink) },
	"everyone": func(s settings.Calls, c Caller) bool {
		return slices.Contains(s.Audience, "everyone") && (c.Contact || c.HasLink)
	},
	"contacts": func(s settings.Calls, c Caller) bool { return slices.Contains(s.Audience, "contacts") && c.Contact },
	"following": func(s settings.Calls, c Caller) bool {
		return slices.Contains(s.Audience, "following") && c.Contact && c.Favourite && c.Trust != "changed"
	},
	"verified": func(s settings.Calls, c Caller) bool {
		return slices.Contains(s.Audience, "verified") && c.Contact && c.Trust == "verified"
	},
}

// Every caller against every combination of choices.
func TestP13EveryCombination(t *testing.T) {
	rows := 0
	choices(func(s settings.Calls) {
		callers(func(c Caller) {
			rows++
			applies := func(rules map[string]func(settings.Calls, Caller) bool) bool {
				for _, rule := range rules {
					if rule(s, c) {
						return true
					}
				}
				return false
			}
			d := Decide(s, c, noon)
			if ring := !applies(bans) && applies(grants); ring != (d.Kind == Ring) {
				t.Fatalf("%+v %+v: got %+v", s, c, d)
			}
			knock := s.Unknown == "knock" && s.Enabled && !c.Blocked && (c.Contact && c.Permission != "never" || !c.Contact && c.HasLink)
			if knock != d.MayKnock || d.AudioOnly != (d.Kind == Ring && s.Media == "audio") || d.Record() != (d.Kind == Silence && !c.Blocked) {
				t.Fatalf("%+v %+v: got %+v", s, c, d)
			}
		})
	})
	require.Equal(t, (1<<13)*(1<<5)*4*4, rows)
}

// A group more silences nobody, and neither does the open hour.
func TestWideningSilencesNobody(t *testing.T) {
	choices(func(s settings.Calls) {
		if len(s.Audience) == len(groups) || bits.OnesCount(uint(len(s.DoNotDisturb.Exceptions))) > 1 {
			return
		}
		callers(func(c Caller) {
			if Decide(s, c, noon).Kind != Ring {
				return
			}
			wider := s
			for _, g := range groups {
				wider.Audience = append(slices.Clone(s.Audience), g)
				require.Equal(t, Ring, Decide(wider, c, noon).Kind, "%v %+v", g, c)
			}
			wider.ExpectingUntil = settings.At(noon.Add(time.Hour))
			require.Equal(t, Ring, Decide(wider, c, noon).Kind, "expecting %+v", c)
		})
	})
}

// Lockdown lets nobody ring who could not before, but contacts in the place of everyone.
func TestP13LockdownWidensNothing(t *testing.T) {
	choices(func(calls settings.Calls) {
		s := settings.Defaults()
		s.Calls, s.Privacy.Lockdown = calls, true
		locked := s.Effective().Calls
		callers(func(c Caller) {
			if d := Decide(locked, c, noon); d.Kind == Ring && Decide(calls, c, noon).Kind != Ring || d.MayKnock {
				t.Fatalf("%+v %+v", calls, c)
			}
		})
	})
}

func TestDecisionNamesItsRule(t *testing.T) {
	all := settings.Calls{Enabled: true, Audience: groups}
	only := func(a settings.Audience) settings.Calls {
		return settings.Calls{Enabled: true, Audience: []settings.Audience{a}}
	}
	disturbed, expecting := all, settings.Calls{Enabled: true, ExpectingUntil: settings.At(noon.Add(time.Hour))}
	disturbed.DoNotDisturb.Now.On = true
	full := Of(phone.Contact{Favourite: true, Trust: phone.Verified})
	for _, row := range []struct {
		calls  settings.Calls
		caller Caller
		want   Why
	}{
		{all, Of(phone.Contact{Blocked: true}), BecauseBlocked},
		{settings.Calls{Audience: groups}, full, BecauseOff},
		{all, Of(phone.Contact{Permission: phone.PermissionNever}), BecauseNever},
		{disturbed, full, BecauseDisturb},
		{all, Of(phone.Contact{Permission: phone.PermissionAlways}), BecauseAlways},
		{only(settings.AudienceContacts), Caller{Once: true}, BecauseOnce},
		{expecting, Caller{HasLink: true}, BecauseExpecting},
		{expecting, Caller{}, BecauseOutside},
		{all, full, BecauseEveryone},
		{only(settings.AudienceContacts), full, BecauseContact},
		{only(settings.AudienceContacts), Of(phone.Contact{Trust: phone.Changed}), BecauseContact},
		{only(settings.AudienceFollowing), full, BecauseFollowing},
		{only(settings.AudienceFollowing), Of(phone.Contact{Favourite: true, Trust: phone.Changed}), BecauseOutside},
		{only(settings.AudienceVerified), full, BecauseVerified},
		{settings.Calls{Enabled: true}, full, BecauseOutside},
		{settings.Defaults().Calls, Caller{HasLink: true}, BecauseOutside},
	} {
		if got := Decide(row.calls, row.caller, noon); got.Why != row.want {
			t.Errorf("%v %v: got %v, want %v", row.calls, row.caller, got, row.want)
		}
	}
}

// The open hour ends by itself, and so does do not disturb.
func TestTimesEndByThemselves(t *testing.T) {
	s := settings.Calls{Enabled: true, ExpectingUntil: settings.At(noon.Add(time.Hour))}
	require.Equal(t, Ring, Decide(s, Caller{HasLink: true}, noon.Add(time.Hour-time.Second)).Kind)
	require.Equal(t, Silence, Decide(s, Caller{HasLink: true}, noon.Add(time.Hour)).Kind)
	s = settings.Calls{Enabled: true, Audience: groups}
	s.DoNotDisturb.Now = settings.Switch{On: true, Until: settings.At(noon.Add(time.Hour))}
	require.Equal(t, Silence, Decide(s, Caller{HasLink: true}, noon).Kind)
	require.Equal(t, Ring, Decide(s, Caller{HasLink: true}, noon.Add(time.Hour)).Kind)
}

// The sentence tells exactly who can call: equal sentences, equal decisions.
// Knocking is told where it is all that somebody can do, and only there.
func TestSentenceMatchesDecisions(t *testing.T) {
	said := map[string]uint64{}
	choices(func(s settings.Calls) {
		key := fmt.Sprint(s.Sentence(noon))
		who := uint64(14695981039346656037) // FNV-1a over all decisions
		knocks := false
		callers(func(c Caller) {
			d := Decide(s, c, noon)
			knock := d.MayKnock && d.Kind == Silence
			knocks = knocks || knock
			who = (who ^ uint64(d.Kind)<<1 ^ uint64(b2i(knock))<<2 ^ uint64(b2i(d.AudioOnly))) * 1099511628211
		})
		if before, ok := said[key]; ok && before != who {
			t.Fatalf("%q means two things: %+v", key, s)
		}
		said[key] = who
		require.Equal(t, knocks, strings.Contains(key, "audience.knock"), key)
	})
	require.Greater(t, len(said), 50)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

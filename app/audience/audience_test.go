package audience

import (
	"fmt"
	"slices"
	"testing"

	"paravent/app/phone"
	"paravent/settings"
)

var groups = []settings.Audience{
	settings.AudienceContacts, settings.AudienceFollowing, settings.AudienceVerified, settings.AudienceEveryone,
}

// callers, and the groups that let each of them ring while calls are on.
var callers = []struct {
	name   string
	caller Caller
	lets   []settings.Audience
}{
	{"stranger", Caller{}, groups[3:]},
	{"stranger-marked-favourite", Caller{Favourite: true}, groups[3:]},
	{"stranger-marked-verified", Caller{Trust: phone.Verified}, groups[3:]},
	{"contact", Caller{Contact: true, Trust: phone.Unverified}, []settings.Audience{groups[0], groups[3]}},
	{"contact-without-trust", Caller{Contact: true}, []settings.Audience{groups[0], groups[3]}},
	{"favourite", Caller{Contact: true, Favourite: true, Trust: phone.Unverified}, []settings.Audience{groups[0], groups[1], groups[3]}},
	{"verified", Caller{Contact: true, Trust: phone.Verified}, []settings.Audience{groups[0], groups[2], groups[3]}},
	{"verified-favourite", Caller{Contact: true, Favourite: true, Trust: phone.Verified}, groups},
	{"changed", Caller{Contact: true, Trust: phone.Changed}, []settings.Audience{groups[0], groups[3]}},
	{"changed-favourite", Caller{Contact: true, Favourite: true, Trust: phone.Changed}, []settings.Audience{groups[0], groups[3]}},
	{"blocked-stranger", Caller{Blocked: true}, nil},
	{"blocked-contact", Caller{Contact: true, Blocked: true}, nil},
	{"blocked-verified-favourite", Caller{Contact: true, Favourite: true, Blocked: true, Trust: phone.Verified}, nil},
}

func choices(visit func(s settings.Calls)) {
	for mask := range 1 << len(groups) {
		for _, enabled := range []bool{false, true} {
			s := settings.Calls{Enabled: enabled}
			for i, g := range groups {
				if mask&(1<<i) != 0 {
					s.Audience = append(s.Audience, g)
				}
			}
			visit(s)
		}
	}
}

// Every caller against every combination of groups, calls on and off.
func TestP13EveryCombination(t *testing.T) {
	rows := 0
	choices(func(s settings.Calls) {
		for _, c := range callers {
			t.Run(fmt.Sprintf("%s->enabled=%v,%v", c.name, s.Enabled, s.Audience), func(t *testing.T) {
				want := Silence
				if s.Enabled && slices.ContainsFunc(s.Audience, func(a settings.Audience) bool { return slices.Contains(c.lets, a) }) {
					want = Ring
				}
				if got := Decide(s, c.caller); got.Kind != want {
					t.Errorf("got %v, want kind %v", got, want)
				}
			})
			rows++
		}
	})
	if want := 16 * 2 * len(callers); rows != want {
		t.Fatalf("%d combinations, want %d", rows, want)
	}
}

func TestDecisionNamesItsRule(t *testing.T) {
	all := settings.Calls{Enabled: true, Audience: groups}
	only := func(a settings.Audience) settings.Calls {
		return settings.Calls{Enabled: true, Audience: []settings.Audience{a}}
	}
	full := Of(phone.Contact{Favourite: true, Trust: phone.Verified})
	for _, row := range []struct {
		calls  settings.Calls
		caller Caller
		want   Decision
	}{
		{all, Of(phone.Contact{Blocked: true}), Decision{Silence, BecauseBlocked}},
		{settings.Calls{Audience: groups}, full, Decision{Silence, BecauseOff}},
		{only(settings.AudienceFollowing), Of(phone.Contact{Favourite: true, Trust: phone.Changed}), Decision{Silence, BecauseOutside}},
		{all, full, Decision{Ring, BecauseEveryone}},
		{only(settings.AudienceContacts), full, Decision{Ring, BecauseContact}},
		{only(settings.AudienceFollowing), full, Decision{Ring, BecauseFollowing}},
		{only(settings.AudienceVerified), full, Decision{Ring, BecauseVerified}},
		{settings.Calls{Enabled: true}, full, Decision{Silence, BecauseOutside}},
		{settings.Defaults().Calls, Caller{}, Decision{Silence, BecauseOutside}},
	} {
		if got := Decide(row.calls, row.caller); got != row.want {
			t.Errorf("%v %v: got %v, want %v", row.calls, row.caller, got, row.want)
		}
	}
}

func TestBlockedPeopleLeaveNoTrace(t *testing.T) {
	choices(func(s settings.Calls) {
		for _, c := range callers {
			d := Decide(s, c.caller)
			if want := d.Kind == Silence && !c.caller.Blocked; d.Record() != want {
				t.Errorf("%s %v: record %v, want %v", c.name, s, d.Record(), want)
			}
		}
	})
}

// The sentence tells exactly who can call: equal sentences, equal decisions.
func TestSentenceMatchesDecisions(t *testing.T) {
	said := map[string]string{}
	choices(func(s settings.Calls) {
		key := Sentence(s)
		if !slices.Contains(Sentences(), key) {
			t.Errorf("%v: %q is not among Sentences", s, key)
		}
		who := ""
		for _, c := range callers {
			who += fmt.Sprint(Decide(s, c.caller).Kind)
		}
		if before, ok := said[key]; ok && before != who {
			t.Errorf("%q means two things", key)
		}
		said[key] = who
	})
	if len(said) != len(Sentences()) {
		t.Errorf("%d sentences used, %d declared", len(said), len(Sentences()))
	}
}

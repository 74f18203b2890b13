package settings

import (
	"slices"
	"time"
)

// Clause is one part of the words for who may ring.
type Clause struct {
	Key    string      // of the translation
	Except []Exception // the groups that it names
}

// Sentence is what the choices mean at now, in words: equal clauses let ring
// exactly the same people. Groups that lie within a larger one add nothing.
func (c Calls) Sentence(now time.Time) []Clause {
	if !c.Enabled {
		return []Clause{{Key: "audience.off"}}
	}
	var s []Clause
	quiet, except := c.Quiet(now), slices.Sorted(slices.Values(c.DoNotDisturb.Exceptions))
	switch {
	case quiet && len(except) == 0:
		s = append(s, Clause{Key: "audience.disturbed"})
	case quiet:
		s = append(s, Clause{Key: "audience.disturbed-except", Except: except}, Clause{Key: c.who(now)})
	default:
		s = append(s, Clause{Key: c.who(now)})
	}
	if c.Media == MediaAudio {
		s = append(s, Clause{Key: "audience.audio"})
	}
	if c.Unknown == UnknownKnock && (quiet || !c.open(now)) {
		s = append(s, Clause{Key: "audience.knock"})
	}
	return s
}

// open tells whether everyone who may knock may ring as well.
func (c Calls) open(now time.Time) bool {
	return c.Expecting(now) || slices.Contains(c.Audience, AudienceEveryone)
}

// who is the key for the groups.
func (c Calls) who(now time.Time) string {
	chosen := func(a Audience) bool { return slices.Contains(c.Audience, a) }
	following, verified := chosen(AudienceFollowing), chosen(AudienceVerified)
	switch {
	case c.Expecting(now):
		return "audience.expecting"
	case chosen(AudienceEveryone):
		return "audience.everyone"
	case chosen(AudienceContacts):
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

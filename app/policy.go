package app

import (
	"time"

	"paravent/app/audience"
	"paravent/app/call"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/settings"
)

// policy answers for the person who may ring and by which way.
type policy struct{ a *App }

var _ call.Policy = policy{}

// Decide implements call.Policy.
func (p policy) Decide(from call.Party, q call.Proposal) call.Verdict {
	s := p.a.choices()
	c, isContact, d := p.decide(s, from, q.HasLink)
	if d.Kind != audience.Ring {
		return call.Verdict{Record: d.Record()}
	}
	return call.Verdict{
		Ring: true, TellRinging: p.a.mayReachServer(from.Address) == nil, Wish: route.Wish(s, c, isContact),
		RingFor: time.Duration(s.Calls.RingSecs) * time.Second, Prepare: route.Prepare(s, c, isContact),
		Once: d.Why == audience.BecauseOnce, Stranger: !isContact && d.Why != audience.BecauseOnce, AudioOnly: d.AudioOnly,
	}
}

// mayKnock tells whether what a caller leaves at the door is shown.
func (p policy) mayKnock(from call.Party, hasLink bool) bool {
	_, _, d := p.decide(p.a.choices(), from, hasLink)
	return d.MayKnock
}

// decide asks the audience about somebody who came by the link given out now,
// or without it.
func (p policy) decide(s settings.Settings, from call.Party, hasLink bool) (c phone.Contact, isContact bool, d audience.Decision) {
	c, isContact = p.a.people.Find(string(from.ID))
	caller, now := audience.Caller{}, time.Now()
	if isContact {
		caller = audience.Of(c)
	}
	caller.HasLink = hasLink
	caller.Blocked = caller.Blocked || p.a.door.Blocks(string(from.ID))
	caller.Once = p.a.door.MayOnce(string(from.ID), now)
	return c, isContact, audience.Decide(s.Calls, caller, now)
}

// Wish is this side's route wish for a peer, as the settings say now. It is
// asked again when the person answers: they may have become stricter while it
// rang.
func (p policy) Wish(from call.Party) phone.Route {
	c, isContact := p.a.people.Find(string(from.ID))
	return route.Wish(p.a.choices(), c, isContact)
}

// Prepare implements call.Policy.
func (p policy) Prepare(to call.Party) bool {
	c, isContact := p.a.people.Find(string(to.ID))
	return route.Prepare(p.a.choices(), c, isContact)
}

// MayGoDirect implements call.Policy.
func (p policy) MayGoDirect(peer call.Party) bool {
	c, isContact := p.a.people.Find(string(peer.ID))
	return route.MayGoDirect(p.a.choices(), c, isContact)
}

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
	c, isContact, d, once := p.decide(s, from, q.HasLink)
	if d.Kind != audience.Ring {
		return call.Verdict{Record: d.Record()}
	}
	return call.Verdict{
		Ring: true, TellRinging: p.a.mayReachServer(from.Address) == nil, Wish: route.Wish(s, c, isContact),
		RingFor: time.Duration(s.Calls.RingSecs) * time.Second, Prepare: route.Prepare(s, c, isContact), Once: once,
	}
}

// mayKnock tells whether what a caller leaves at the door is shown.
func (p policy) mayKnock(from call.Party, hasLink bool) bool {
	_, isContact, d, _ := p.decide(p.a.choices(), from, hasLink)
	return d.Why == audience.BecauseOutside && (isContact || hasLink)
}

// decide asks the audience. Everyone is everyone with the link; who was let in
// once rings although they are outside.
func (p policy) decide(s settings.Settings, from call.Party, hasLink bool) (c phone.Contact, isContact bool, d audience.Decision, once bool) {
	c, isContact = p.a.people.Find(string(from.ID))
	caller := audience.Caller{}
	if isContact {
		caller = audience.Of(c)
	}
	caller.Blocked = caller.Blocked || p.a.door.Blocks(string(from.ID))
	d = audience.Decide(s.Calls, caller)
	if d.Why == audience.BecauseEveryone && !isContact && !hasLink {
		d = audience.Decision{Kind: audience.Silence, Why: audience.BecauseOutside}
	}
	if once = d.Why == audience.BecauseOutside && p.a.door.MayOnce(string(from.ID), time.Now()); once {
		d.Kind = audience.Ring
	}
	return c, isContact, d, once
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

package call

import (
	"time"

	"paravent/app/phone"
)

// The transitions that the person here and the manager cause.

func (t *step) place() {
	if t.phase != made || t.role != Caller {
		t.drop()
		return
	}
	t.open()
	if t.wish == phone.Relay { // P9: before it rings anywhere
		t.phase = checking
		t.limit(relayLimit)
		t.do(action{kind: actCheckRelay})
	} else {
		t.propose()
	}
	t.changed()
}

func (t *step) propose() {
	t.phase = proposing
	t.limit(t.ttl)
	t.send(message{kind: kindPropose, proposal: Proposal{
		Video: t.video, Wish: t.wish, Created: t.now, TTL: t.ttl, Name: t.name,
	}})
}

// open is reached only from place, answer and join: the person's own acts (P10).
func (t *step) open() {
	t.opened = true
	t.do(action{kind: actOpen})
}

func (t *step) ring(e event) {
	if t.phase != made || t.role != Callee {
		t.drop()
		return
	}
	t.phase = ringing
	t.limit(e.left)
	if t.tell {
		t.send(message{kind: kindRinging})
	}
	t.do(action{kind: actIncoming})
	t.changed()
}

func (t *step) join(e event) {
	if t.phase != made || t.role != Callee {
		t.drop()
		return
	}
	t.accept(e.local)
}

func (t *step) turnAway() {
	if t.phase != made || t.role != Callee {
		t.drop()
		return
	}
	t.endSilently(phone.Busy, nil)
	t.send(message{kind: kindReject, why: whyBusy})
}

func (t *step) answer(e event) {
	if t.phase != ringing {
		t.drop()
		return
	}
	if e.wish != phone.NoRoute {
		t.wish = phone.Stricter(t.wish, e.wish)
	}
	local := t.local
	local.CameraOff = local.CameraOff || !e.video
	t.accept(local)
}

func (t *step) accept(local Flags) {
	t.local, t.accepted = local, t.now
	t.open()
	if phone.Stricter(t.wish, t.theirs) == phone.Relay {
		t.secure()
	} else {
		t.proceed()
	}
	t.changed()
}

// secure checks the relay before this side says or does anything more (P9).
func (t *step) secure() {
	t.phase = securing
	t.limit(relayLimit)
	t.do(action{kind: actCheckRelay})
}

// proceed is the callee's go-ahead.
func (t *step) proceed() {
	t.route = phone.Stricter(t.wish, t.theirs)
	t.send(message{kind: kindProceed, route: t.route})
	t.negotiate()
}

// negotiate begins the exchange of descriptions; the caller offers.
func (t *step) negotiate() {
	t.phase = negotiating
	t.limit(negotiationLimit)
	if t.local != (Flags{}) {
		t.send(message{kind: kindState, flags: t.local})
	}
	if t.role == Caller {
		t.offer(false)
	}
}

func (t *step) decline() {
	switch t.phase {
	case ringing, securing:
		if t.role == Callee {
			t.end(phone.Declined, nil)
			return
		}
		t.drop()
	case made, checking, proposing, alerting, negotiating, connected, recovering, ended:
		t.drop()
	}
}

func (t *step) hangup() {
	switch t.phase {
	case checking, proposing, alerting:
		t.end(phone.Cancelled, nil)
	case ringing:
		t.end(phone.Declined, nil)
	case securing, negotiating, connected, recovering:
		t.end(phone.HungUp, nil)
	case made, ended:
		t.drop()
	}
}

func (t *step) setLocal(e event) {
	if t.phase == made {
		t.drop()
		return
	}
	if e.local == t.local {
		return
	}
	t.local = e.local
	if t.opened {
		t.do(action{kind: actSetLocal})
	}
	if t.agreed() {
		t.send(message{kind: kindState, flags: t.local})
	}
	t.changed()
}

// restart repairs ahead of time: the media may still be up on the old path.
func (t *step) restart() {
	switch t.phase {
	case connected:
		t.repair()
	case recovering:
		t.repair()
	case made, checking, proposing, alerting, ringing, securing, negotiating, ended:
		t.drop()
	}
}

// repair asks for an ICE restart; only the caller offers.
func (t *step) repair() {
	t.retry = t.now.Add(recoveryRetry)
	if t.role == Callee {
		t.send(message{kind: kindWant, gen: t.gen})
	} else if t.exchange == exDone {
		t.offer(true)
	}
}

func (t *step) glareLost(e event) {
	switch t.phase {
	case checking, proposing, alerting:
		t.successor = e.successor
		t.endSilently(phone.GlareLost, nil)
	case made, ringing, securing, negotiating, connected, recovering, ended:
		t.drop()
	}
}

// lost begins the recovery of a media path that died.
func (t *step) lost() {
	t.phase = recovering
	t.limit(recoveryLimit)
	t.repair()
	t.changed()
}

func (t *step) recovered() {
	t.phase = connected
	t.deadline, t.retry = time.Time{}, time.Time{}
	t.changed()
}

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
		Video: t.video, Prepare: t.ready == readyMay, Wish: t.wish, Created: t.now, TTL: t.ttl, Name: t.name,
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
	if t.ready == readyMay {
		t.ready = readyChecking
		t.do(action{kind: actCheckRelay})
	}
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
	t.agree(phone.Stricter(t.wish, t.theirs))
	switch {
	case t.ready == readyAgreed || t.route == phone.Direct:
		t.proceed(t.ready == readyAgreed)
	case t.ready == readyChecking:
		t.await()
	default:
		t.secure()
	}
	t.changed()
}

// agree sets what both sides agreed to at Accept.
func (t *step) agree(r phone.Route) { t.route, t.may, t.widest = r, r, r }

// secure checks the relay before this side says or does anything more (P9).
func (t *step) secure() {
	t.await()
	t.do(action{kind: actCheckRelay})
}

// await waits for a check of the relay that is under way.
func (t *step) await() {
	t.phase, t.ready = securing, readyNever
	t.limit(relayLimit)
}

// proceed is the callee's go-ahead. ready tells that it holds on to what was
// made ready, also to an offer that is still on its way.
func (t *step) proceed(ready bool) {
	t.send(message{kind: kindProceed, route: t.may, ready: ready, video: t.video})
	if t.keep(ready) {
		t.enter()
	} else {
		t.negotiate()
	}
}

// negotiate begins the exchange of descriptions; the caller offers.
func (t *step) negotiate() {
	t.phase = negotiating
	t.limit(negotiationLimit)
	t.tellFlags()
	if t.role == Caller {
		t.offerSession(t.route, false)
	}
}

func (t *step) tellFlags() {
	if t.local != (Flags{}) {
		t.send(message{kind: kindState, flags: t.local})
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
	e.local.CameraOff = e.local.CameraOff || !t.video // what has no pictures opens no camera
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
	switch {
	case t.turn.gen != 0:
		t.turn.repair = true
	case t.role == Callee:
		t.send(message{kind: kindWant, gen: t.gen})
	case t.exchange == exDone || t.use == 0:
		t.mend()
	}
}

// mend offers what may help: a session of its own where there is none, or
// where the route of the one in use was taken back, else another path for it.
func (t *step) mend() {
	switch {
	case t.turn.gen != 0:
		t.turn.repair = true
	case t.use == 0:
		t.route = t.may
		t.offerSession(t.route, false)
	case t.route > t.may:
		t.begin()
	default:
		t.offerRestart()
	}
}

func (t *step) retell() {
	if t.phase == made {
		t.drop()
		return
	}
	t.changed()
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
	t.settle()
	t.changed()
}

package call

import "paravent/app/phone"

// The transitions of a call that is made ready while it rings: relayed, silent
// and without a word of it to anybody. See readiness.

// talking: descriptions may travel.
func (t *step) talking() bool {
	switch t.phase {
	case negotiating, connected, recovering:
		return true
	case proposing, alerting, ringing:
		return t.ready == readyAgreed
	case made, checking, securing, ended:
		return false
	}
	return false
}

// readyChecked: the relay was checked before anybody accepted.
func (t *step) readyChecked(e event) {
	switch {
	case t.ready != readyChecking:
		t.drop()
	case e.err != nil:
		t.ready = readyNever
	default:
		t.relayOK, t.ready = true, readyAgreed
		t.prepare()
	}
}

// prepare: the callee asks for the offer, the caller makes it.
func (t *step) prepare() {
	if t.role == Callee {
		t.send(message{kind: kindPrepare, video: t.video})
		return
	}
	t.offerSession(phone.Relay, true)
}

// theyPrepare is followed only where this side said that it would.
func (t *step) theyPrepare(m message) {
	switch {
	case t.ready != readyMay || t.phase != proposing && t.phase != alerting:
		t.drop()
	case t.relayOK:
		t.soundOnly(m)
		t.ready = readyAgreed
		t.prepare()
	default:
		t.soundOnly(m)
		t.ready = readyChecking
		t.do(action{kind: actCheckRelay})
	}
}

// unready gives up what was made ready; the call rings on.
func (t *step) unready() {
	t.ready = readyNever
	if t.role == Caller && t.use != 0 {
		t.send(message{kind: kindDrop, gen: t.use})
	}
	t.abandon()
}

// abandon closes the session in use, if there is one.
func (t *step) abandon() {
	if t.use != 0 {
		t.do(action{kind: actCloseSession, gen: t.use})
	}
	t.use, t.upGen, t.exchange = 0, 0, exNone
	t.made, t.proven, t.words = 0, proven{}, compared{}
}

// keep tells whether the call goes on with what was made ready: both sides
// must hold on to it.
func (t *step) keep(ready bool) bool {
	kept := ready && t.ready == readyAgreed && t.use != 0
	t.ready = readyNever
	if !kept {
		t.abandon()
	}
	return kept
}

// enter goes on with what was made ready, which is relayed whatever was agreed.
func (t *step) enter() {
	t.route = phone.Relay
	t.tellFlags()
	if t.upGen == 0 {
		t.phase = negotiating
		t.limit(negotiationLimit)
		return
	}
	t.phase, t.connectedAt = connected, t.now
	t.deadline = never
	t.do(action{kind: actCarry, gen: t.upGen})
	t.compare()
	t.settle()
}

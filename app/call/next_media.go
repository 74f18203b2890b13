package call

import (
	"time"

	"paravent/app/phone"
)

// The transitions that the ports cause. Results of an older generation are dropped.

func (t *step) relayChecked(e event) {
	switch t.phase {
	case checking:
		if e.err != nil {
			t.end(relayReason(e.reason), e.err)
			return
		}
		t.relayOK = true
		t.propose()
		t.changed()
	case proposing, alerting, ringing:
		t.readyChecked(e)
	case securing:
		if e.err != nil {
			t.end(relayReason(e.reason), e.err)
			return
		}
		t.relayOK = true
		if t.role == Callee {
			t.proceed(false)
		} else {
			t.negotiate()
		}
		t.changed()
	case made, negotiating, connected, recovering, ended:
		t.drop()
	}
}

// relayReason is why a relay could not be had: the reason that the error has
// of its own, as where the server itself is away.
func relayReason(r phone.EndReason) phone.EndReason {
	if r == phone.NotEnded || r == phone.NegotiationFailed {
		return phone.RelayUnavailable
	}
	return r
}

// offerSession asks the media for a session of its own, the one to be used.
func (t *step) offerSession(r phone.Route, early bool) {
	t.gen++
	t.use, t.made, t.proven = t.gen, t.gen, proven{}
	t.describe(action{kind: actOffer, gen: t.gen, route: r, early: early})
}

// offerRestart asks the session in use to look for another path.
func (t *step) offerRestart() {
	t.gen++
	t.use = t.gen
	t.describe(action{kind: actOffer, gen: t.gen})
}

// describe begins the exchange of a generation.
func (t *step) describe(a action) {
	t.exchange, t.candidates, t.fresh = exDescribing, 0, a.route
	t.do(a)
}

// live tells that gen is the newest, and of a session that was not given up:
// nothing of another one leaves any more.
func (t *step) live(gen uint32) bool {
	return t.talking() && gen != 0 && gen == t.gen && (gen == t.use || gen == t.turn.gen)
}

func (t *step) described(e event) {
	if !t.live(e.gen) || t.exchange != exDescribing {
		t.drop()
		return
	}
	switch {
	case e.err != nil:
		t.exchange = exDone // the next repair may try again
		t.undescribed(e)
	case t.role == Caller:
		t.exchange = exOffered
		t.send(message{kind: kindOffer, gen: t.gen, route: t.fresh, text: e.text})
	default:
		t.exchange = exDone
		t.send(message{kind: kindAnswer, gen: t.gen, text: e.text})
	}
}

// undescribed: the media could not make a description.
func (t *step) undescribed(e event) {
	switch {
	case !t.agreed():
		t.unready()
	case e.gen == t.turn.gen && repairable(e.reason):
		t.giveUp(true, t.turnFailed(e.err))
	default:
		t.broken(e)
	}
}

func (t *step) localCandidate(e event) {
	if !t.live(e.gen) {
		t.drop()
		return
	}
	t.send(message{kind: kindCandidate, gen: e.gen, text: e.text})
}

func (t *step) mediaUp(e event) {
	if e.gen == t.turn.gen && e.gen != 0 {
		t.turn.proven.note(e)
		t.turnUp()
		return
	}
	if e.gen == 0 || e.gen > t.use || e.gen < t.upGen {
		t.drop()
		return
	}
	t.proven.note(e)
	switch t.phase {
	case proposing, alerting, ringing:
		if !t.talking() || t.exchange != exDone {
			t.drop()
			return
		}
		t.upGen = e.gen
	case negotiating:
		if t.exchange != exDone && t.turn.gen == 0 {
			t.drop()
			return
		}
		t.connectedAt = t.now
		t.carried(e.gen)
	case recovering:
		t.carried(e.gen)
	case connected:
		t.upGen = e.gen
		t.retry = time.Time{}
	case made, checking, securing, ended:
		t.drop()
	}
}

// carried: the session in use is up, for the first time or again.
func (t *step) carried(gen uint32) {
	t.upGen = gen
	t.do(action{kind: actCarry, gen: gen})
	t.compare()
	t.recovered()
}

func (t *step) mediaDown(e event) {
	switch {
	case t.turn.move == moved && e.gen == t.turn.gen:
		t.movedLost()
	case e.gen < t.upGen || e.gen > t.use || t.turn.move == moved:
		t.drop()
	case t.phase == connected:
		t.lost()
	case !t.agreed() && t.talking():
		t.unready()
	default:
		t.drop()
	}
}

// movedLost: the session that took over died before the other side confirmed.
func (t *step) movedLost() {
	if t.phase == connected {
		t.lost()
		return
	}
	t.drop()
}

func (t *step) mediaFailed(e event) {
	of := repairable(e.reason)
	switch {
	case t.phase == made:
		t.drop()
	case of && e.gen != 0 && e.gen == t.turn.gen && t.turn.move != moved:
		t.giveUp(true, t.turnFailed(e.err))
	case of && t.turn.move == moved && e.gen == t.turn.gen:
		t.movedLost()
	case of && (e.gen != t.use || t.turn.move == moved):
		t.drop() // a session of before, or one from which the other took over
	case t.use != 0 && !t.agreed() && t.talking() && (of || t.role == Callee):
		t.unready()
	case t.phase == ringing:
		t.drop()
	default:
		t.broken(e)
	}
}

// repairable failures belong to a path, or to the server that is asked for a
// way to repair it, and may pass; all others belong to the call.
func repairable(r phone.EndReason) bool {
	switch r { //nolint:exhaustive // a short list of exceptions
	case phone.NegotiationFailed, phone.MediaLost, phone.ServerUnreachable, phone.RelayUnavailable:
		return true
	}
	return false
}

// broken is a failure of the media. A failed repair is not the end: the old
// path may still carry, or a later attempt succeed.
func (t *step) broken(e event) {
	if !repairable(e.reason) {
		t.end(e.reason, e.err)
		return
	}
	switch t.phase {
	case checking, proposing, alerting, securing, negotiating:
		t.end(e.reason, e.err)
	case connected:
		t.lost()
	case recovering:
		// The retry and the deadline of the phase decide.
	case made, ringing, ended:
		t.drop()
	}
}

func (t *step) sendFailed(e event) {
	if t.phase != proposing { // later, repetition or the media decide
		t.drop()
		return
	}
	t.endSilently(e.reason, e.err)
}

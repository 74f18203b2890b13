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
	case securing:
		if e.err != nil {
			t.end(relayReason(e.reason), e.err)
			return
		}
		t.relayOK = true
		if t.role == Callee {
			t.proceed()
		} else {
			t.negotiate()
		}
		t.changed()
	case made, proposing, alerting, ringing, negotiating, connected, recovering, ended:
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

// offer asks the media for the description of a new generation.
func (t *step) offer(restart bool) {
	t.gen++
	t.exchange, t.candidates = exDescribing, 0
	t.do(action{kind: actOffer, gen: t.gen, restart: restart})
}

func (t *step) described(e event) {
	if !t.agreed() || e.gen != t.gen || t.exchange != exDescribing {
		t.drop()
		return
	}
	switch {
	case e.err != nil:
		t.exchange = exDone // the next repair may try again
		t.broken(e)
	case t.role == Caller:
		t.exchange = exOffered
		t.send(message{kind: kindOffer, gen: t.gen, text: e.text})
	default:
		t.exchange = exDone
		t.send(message{kind: kindAnswer, gen: t.gen, text: e.text})
	}
}

func (t *step) localCandidate(e event) {
	if !t.agreed() || e.gen != t.gen {
		t.drop()
		return
	}
	t.send(message{kind: kindCandidate, gen: e.gen, text: e.text})
}

func (t *step) mediaUp(e event) {
	if e.gen > t.gen || e.gen < t.upGen {
		t.drop()
		return
	}
	switch t.phase {
	case negotiating:
		if t.exchange != exDone {
			t.drop()
			return
		}
		t.upGen, t.connectedAt = e.gen, t.now
		t.recovered()
	case recovering:
		t.upGen = e.gen
		t.recovered()
	case connected:
		t.upGen = e.gen
		t.retry = time.Time{}
	case made, checking, proposing, alerting, ringing, securing, ended:
		t.drop()
	}
}

func (t *step) mediaDown(e event) {
	switch t.phase {
	case connected:
		if e.gen < t.upGen {
			t.drop()
			return
		}
		t.lost()
	case made, checking, proposing, alerting, ringing, securing, negotiating, recovering, ended:
		t.drop()
	}
}

func (t *step) mediaFailed(e event) {
	stale := e.gen < t.gen && repairable(e.reason)
	if t.phase == made || t.phase == ringing || stale {
		t.drop()
		return
	}
	t.broken(e)
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

package call

import "paravent/app/phone"

// The transitions that the other side's messages cause. Whatever does not fit
// role and phase is dropped (P10).

func (t *step) message(m message) {
	switch m.kind {
	case kindRinging:
		t.theyRing()
	case kindProceed:
		t.theyProceed(m)
	case kindReject:
		t.theyReject(m)
	case kindRetract:
		t.theyRetract(m)
	case kindOffer:
		t.theyOffer(m)
	case kindAnswer:
		t.theyAnswer(m)
	case kindCandidate:
		t.theirCandidate(m)
	case kindWant:
		t.theyWant(m)
	case kindState:
		t.theirState(m)
	case kindHangup:
		t.theyHangUp(m)
	case kindPrepare:
		t.theyPrepare(m)
	case kindRoute:
		t.theyRoute(m)
	case kindMoved:
		t.theyMoved(m)
	case kindDrop:
		t.theyDrop(m)
	case kindCommit, kindKey, kindReveal:
		t.theirWords(m)
	case kindAck, kindPropose, kindKnock, kindWelcome:
		t.drop() // the link keeps the first, the manager the others
	}
}

func (t *step) theyRing() {
	if t.phase != proposing {
		t.drop()
		return
	}
	t.phase = alerting
	t.changed()
}

// soundOnly takes the pictures off a call of which the other side wants the
// sound alone: this side's camera closes, and no line is offered for them.
func (t *step) soundOnly(m message) {
	if m.video || !t.video {
		return
	}
	t.video, t.local.CameraOff = false, true
	t.do(action{kind: actSetLocal})
	t.changed()
}

func (t *step) theyProceed(m message) {
	if t.phase != proposing && t.phase != alerting {
		t.drop()
		return
	}
	t.accepted = t.now
	if m.route != phone.Stricter(m.route, t.wish) { // P4
		t.phase = negotiating // they accepted: the last word is HANGUP
		t.end(phone.PolicyRefused, errWiderRoute)
		return
	}
	t.soundOnly(m)
	t.agree(m.route)
	checking := t.ready == readyChecking
	switch {
	case t.keep(m.ready):
		t.enter()
	case t.route == phone.Direct || t.relayOK:
		t.negotiate()
	case checking:
		t.await()
	default:
		t.secure()
	}
	t.changed()
}

func (t *step) theyReject(m message) {
	if t.phase != proposing && t.phase != alerting {
		t.drop()
		return
	}
	t.endSilently([...]phone.EndReason{
		whyDeclined: phone.Declined, whyBusy: phone.Busy, whyUnavailable: phone.RelayUnavailable,
	}[m.why], nil)
}

// theyRetract ends even a connected call: the caller gave up before it saw
// PROCEED.
func (t *step) theyRetract(m message) {
	switch {
	case t.role != Callee || t.phase == made:
		t.drop()
	case t.phase == ringing && m.why == whyTimeout:
		t.endSilently(phone.Missed, nil)
	default:
		t.endSilently(phone.Cancelled, nil)
	}
}

func (t *step) theyHangUp(m message) {
	switch t.phase {
	case made, checking:
		t.drop()
	case ringing:
		t.endSilently(phone.Cancelled, nil)
	case proposing, alerting, securing, negotiating, connected, recovering:
		t.endSilently(theirReason(m.why), nil)
	case ended:
	}
}

func theirReason(w why) phone.EndReason {
	switch w {
	case whyFailed:
		return phone.NegotiationFailed
	case whyLost:
		return phone.MediaLost
	case whyHungUp, whyClosed:
		return phone.RemoteHungUp
	case whyDeclined, whyBusy, whyUnavailable, whyCancelled, whyTimeout:
		return phone.RemoteHungUp // not in a HANGUP: the codec refuses them
	}
	return phone.RemoteHungUp
}

func (t *step) theyOffer(m message) {
	switch {
	case t.role != Callee || !t.talking() || m.gen <= t.gen:
		t.drop()
	case m.route == phone.NoRoute:
		t.theyRestart(m)
	case !t.agreed():
		if t.use != 0 || m.route != phone.Relay { // before Accept nothing but the relay (P1)
			t.drop()
			return
		}
		t.take(m)
	case m.route > t.may:
		t.refuseOffer(m)
	case t.use == 0:
		t.route = m.route
		t.take(m)
	default:
		t.theyMove(m)
	}
}

// take answers the offer of the session that is to be used.
func (t *step) take(m message) {
	t.use = m.gen
	if m.route != phone.NoRoute {
		t.made, t.proven = m.gen, proven{}
	}
	t.answerOffer(m)
}

func (t *step) answerOffer(m message) {
	t.gen = m.gen
	t.describe(action{kind: actAnswer, gen: m.gen, route: m.route, early: !t.agreed(), text: m.text})
	t.release()
}

// theyRestart: the session in use looks for another path. One whose route was
// taken back is not repaired: the caller offers a stricter one in its place.
func (t *step) theyRestart(m message) {
	if !t.agreed() || t.use == 0 || t.turn.gen != 0 || t.route > t.may {
		t.drop()
		return
	}
	t.take(m)
}

func (t *step) theyAnswer(m message) {
	if t.role != Caller || !t.live(m.gen) || t.exchange != exOffered {
		t.drop()
		return
	}
	t.exchange = exDone
	t.do(action{kind: actComplete, gen: m.gen, text: m.text})
	t.release()
	if t.turn.move == awaiting {
		t.begin()
	}
}

func (t *step) theirCandidate(m message) {
	described := t.role == Callee && t.exchange != exNone || t.exchange == exDone
	switch {
	case !t.talking() || m.gen < t.gen || t.candidates >= maxCandidates:
		t.drop()
	case t.live(m.gen) && described:
		t.candidates++
		t.do(action{kind: actCandidate, gen: m.gen, text: m.text})
	case m.gen > t.gen && t.role == Caller || m.gen == t.gen && !t.live(m.gen) || len(t.early) >= maxHeld:
		t.drop() // only the caller makes generations
	default:
		t.early = append(t.early[:len(t.early):len(t.early)], held{m.gen, m.text})
	}
}

// release hands out the candidates that waited for this generation's description.
func (t *step) release() {
	var later []held
	for _, h := range t.early {
		switch {
		case h.gen == t.gen:
			t.candidates++
			t.do(action{kind: actCandidate, gen: h.gen, text: h.text})
		case h.gen > t.gen:
			later = append(later, h)
		case h.gen < t.gen:
		}
	}
	t.early = later
}

func (t *step) theyWant(m message) {
	fits := t.phase == connected || t.phase == recovering
	if t.role != Caller || !fits || m.gen != t.gen || t.exchange != exDone {
		t.drop() // stale: an offer is out already
		return
	}
	t.mend()
}

func (t *step) theirState(m message) {
	if !t.agreed() && t.phase != securing {
		t.drop()
		return
	}
	if t.remote != m.flags {
		t.remote = m.flags
		t.changed()
	}
}

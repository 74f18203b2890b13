package call

import (
	"fmt"
	"time"

	"paravent/app/phone"
)

var (
	errRelaySilent = fmt.Errorf("no relay within %v", relayLimit)
	errWiderRoute  = fmt.Errorf("the other side asked for a wider route than was offered")
)

// next is the life of a call: what an event makes of a state, and what is to
// be done. It is pure. An event that does not fit is dropped (actDrop).
func next(s state, e event) (state, []action) {
	t := step{state: s, now: e.at}
	if s.phase != ended {
		t.handle(e)
	}
	return t.state, t.out
}

// step is one transition in the making.
type step struct {
	state
	now time.Time
	out []action
}

func (t *step) handle(e event) {
	switch e.kind {
	case evPlace:
		t.place()
	case evRing:
		t.ring(e)
	case evJoin:
		t.join(e)
	case evTurnAway:
		t.turnAway()
	case evAnswer:
		t.answer(e)
	case evDecline:
		t.decline()
	case evHangup:
		t.hangup()
	case evSetLocal:
		t.setLocal(e)
	case evRestart:
		t.restart()
	case evGoDirect:
		t.goDirect()
	case evGoRelay:
		t.goRelay()
	case evRetell:
		t.retell()
	case evShutDown:
		t.end(phone.ShutDown, nil)
	case evNetworkLost:
		t.end(phone.NetworkLost, e.err)
	case evGlareLost:
		t.glareLost(e)
	case evReplaced:
		t.endSilently(phone.Replaced, nil)
	case evRelayChecked:
		t.relayChecked(e)
	case evDescribed:
		t.described(e)
	case evLocalCandidate:
		t.localCandidate(e)
	case evMediaUp:
		t.mediaUp(e)
	case evMediaDown:
		t.mediaDown(e)
	case evMediaFailed:
		t.mediaFailed(e)
	case evSendFailed:
		t.sendFailed(e)
	case evConsulted:
		t.consulted(e)
	case evMessage:
		t.message(e.msg)
	case evTick:
		t.tick()
	}
}

func (t *step) do(a action) {
	t.used = t.used || a.kind >= actCheckRelay && a.kind <= actCloseSession
	t.out = append(t.out, a)
}

func (t *step) send(m message)        { t.do(action{kind: actSend, msg: m}) }
func (t *step) drop()                 { t.do(action{kind: actDrop}) }
func (t *step) changed()              { t.do(action{kind: actChanged}) }
func (t *step) limit(d time.Duration) { t.deadline = t.now.Add(d) }

// agreed: the person at the callee accepted, and both sides know by which way.
func (t *step) agreed() bool {
	switch t.phase {
	case negotiating, connected, recovering:
		return true
	case made, checking, proposing, alerting, ringing, securing, ended:
		return false
	}
	return false
}

// end ends the call and tells the other side what it may know.
func (t *step) end(r phone.EndReason, err error) {
	bye := t.farewell(r)
	t.endSilently(r, err)
	if bye.kind != 0 {
		t.send(bye)
	}
}

// endSilently ends the call and tells the other side nothing.
func (t *step) endSilently(r phone.EndReason, err error) {
	from := t.phase
	if t.used {
		t.do(action{kind: actClose})
	}
	t.phase, t.reason, t.err, t.endedAt = ended, r, err, t.now
	t.deadline, t.retry, t.early, t.turn, t.words = time.Time{}, time.Time{}, nil, turn{}, compared{}
	if from == made {
		return // turned away: nobody was told of it
	}
	t.changed()
	t.do(action{kind: actEnded})
	if from == ringing && r != phone.Declined && r != phone.Replaced {
		t.do(action{kind: actMissed})
	}
}

// farewell is the last word for ending now, for this reason. No kind: none.
func (t *step) farewell(r phone.EndReason) message {
	switch t.phase {
	case made, checking, ended:
		return message{}
	case proposing, alerting:
		return message{kind: kindRetract, why: retractWhy(r)}
	case ringing:
		if r == phone.Declined && t.tell {
			return message{kind: kindReject, why: whyDeclined}
		}
		return message{} // looks like nobody there (P14)
	case securing:
		if t.role == Callee {
			return message{kind: kindReject, why: rejectWhy(r)}
		}
		return message{kind: kindHangup, why: hangupWhy(r)}
	case negotiating, connected, recovering:
		return message{kind: kindHangup, why: hangupWhy(r)}
	}
	return message{}
}

func retractWhy(r phone.EndReason) why {
	if r == phone.NoAnswer {
		return whyTimeout
	}
	return whyCancelled
}

func rejectWhy(r phone.EndReason) why {
	if r == phone.Declined || r == phone.HungUp {
		return whyDeclined
	}
	return whyUnavailable
}

func hangupWhy(r phone.EndReason) why {
	switch r {
	case phone.MediaLost:
		return whyLost
	case phone.ShutDown:
		return whyClosed
	case phone.RelayUnavailable, phone.PolicyRefused, phone.LeakPrevented, phone.SecurityFailed,
		phone.NegotiationFailed, phone.DeviceFailed, phone.ServerUnreachable, phone.Unreachable, phone.NetworkLost:
		return whyFailed
	case phone.NotEnded, phone.HungUp, phone.RemoteHungUp, phone.Cancelled, phone.Declined, phone.Busy,
		phone.NoAnswer, phone.Missed, phone.AnsweredElsewhere, phone.GlareLost, phone.Replaced:
		return whyHungUp
	}
	return whyHungUp
}

// tick runs the time limits; the one that ends the call goes first.
func (t *step) tick() {
	if !t.deadline.IsZero() && !t.now.Before(t.deadline) {
		t.late()
	}
	if t.phase == recovering && !t.now.Before(t.retry) {
		t.repair()
	}
	if !t.words.until.IsZero() && !t.now.Before(t.words.until) {
		t.wordsLate()
	}
	if !t.turn.until.IsZero() && !t.now.Before(t.turn.until) {
		t.turnLate()
	}
}

// late: the phase took too long.
func (t *step) late() {
	switch t.phase {
	case checking, securing:
		t.end(phone.RelayUnavailable, errRelaySilent)
	case proposing, alerting:
		t.end(phone.NoAnswer, nil)
	case ringing:
		t.end(phone.Missed, nil)
	case negotiating:
		t.end(phone.NegotiationFailed, nil)
	case recovering:
		t.end(phone.MediaLost, nil)
	case made, connected, ended:
	}
}

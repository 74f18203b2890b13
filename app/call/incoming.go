package call

import (
	"bytes"
	"time"

	"paravent/app/phone"
)

// Receive takes what the courier opened. It returns at once. Whatever cannot
// be read, belongs to no call or comes from somebody else is counted and
// dropped without an answer.
func (m *Manager) Receive(r Received) {
	decode := decodeFrame
	if r.Stranger {
		decode = decodeKnock
	}
	f, err := decode(r.Payload)
	if err == nil && (f.msg.kind == kindKnock || f.msg.kind == kindWelcome) {
		m.atDoor(r, f)
		return
	}
	if m.known(r, f, err) {
		return
	}
	p := f.msg.proposal
	p.HasLink = r.HasLink
	left := p.remaining(f.at, m.now(), r.Kept)
	m.propose(r, p, left, m.policy.Decide(r.From, p))
}

// known deals with everything but the first copy of a proposal.
func (m *Manager) known(r Received, f frame, err error) bool {
	var w work
	defer m.finish(&w)
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.calls[r.Call]
	switch {
	case m.closed:
	case err != nil:
		m.counters.Malformed++
	case a != nil && a.state.peer.ID == r.From.ID:
		a.receiveLocked(f, &w)
	case a != nil || f.msg.kind != kindPropose || f.seq != 0 || r.From.ID == m.self:
		m.counters.Unknown++ // repeated by its sender until PROPOSE is here
	case m.past.has(r.From.ID, r.Call):
	default:
		return false
	}
	return true
}

// admission is what becomes of a proposal.
type admission uint8

const (
	admitRing       admission = iota // it rings
	admitReplacing                   // it rings; the same device's older call is over
	admitJoining                     // the glare is lost: our own call ends, this one is answered
	admitBusy                        // turned away, and told so
	admitSilentBusy                  // turned away, and told nothing
	admitLate                        // over before it came
	admitSilence                     // may not ring
	admitOurs                        // the glare is won: our own call goes on
	admitOldCopy                     // older than what the same device said later
)

// admit decides, purely: what is live here, who calls, and what the policy says.
func admit(live *actor, r Received, p Proposal, left time.Duration, v Verdict) admission {
	mayRing := v.Ring && v.Wish != phone.NoRoute
	same := live != nil && live.state.peer.ID == r.From.ID
	switch {
	case left <= 0 && mayRing:
		return admitLate
	case left <= 0:
		return admitSilence
	case same && live.callingOut(): // the person here wants this very peer, whatever the policy says
		return glare(live, r.Call, p)
	case !mayRing:
		return admitSilence
	case live == nil:
		return admitRing
	case same && !p.Created.After(live.link.peerAt):
		return admitOldCopy // a glare loser's late copy; one clock, so the times compare
	case same:
		return admitReplacing // the other device lost its state, or redialled faster than our timers
	case v.TellRinging:
		return admitBusy
	}
	return admitSilentBusy
}

// callingOut tells that the call was placed here and not accepted yet.
func (a *actor) callingOut() bool {
	switch a.state.phase {
	case checking, proposing, alerting:
		return true
	case made, ringing, securing, negotiating, connected, recovering, ended:
		return false
	}
	return false
}

// glare: both called. The smaller id wins and the loser's person answers at
// once. Two cases are clear without looking at ids: a call that was not sent
// yet loses, and so does one to a device that forgot that it rings.
func glare(live *actor, theirs phone.CallID, p Proposal) admission {
	unsent := live.state.phase == checking
	forgotten := live.state.phase == alerting && p.Created.After(live.link.peerAt)
	if unsent || forgotten || bytes.Compare(theirs[:], live.id[:]) < 0 {
		return admitJoining
	}
	return admitOurs
}

// propose carries out what admit decided.
func (m *Manager) propose(r Received, p Proposal, left time.Duration, v Verdict) {
	var w work
	m.mu.Lock()
	if m.closed || m.calls[r.Call] != nil || m.past.has(r.From.ID, r.Call) {
		m.mu.Unlock() // another copy was faster
		return
	}
	what := admit(m.live, r, p, left, v)
	if !m.affordLocked(what, r.From.ID, v) {
		m.counters.RateLimited++
		m.past.add(r.From.ID, r.Call)
		m.mu.Unlock()
		m.courier.Forget(r.Call)
		return
	}
	silent := m.admitLocked(what, r, p, left, v, &w)
	at := m.now().Add(left - p.TTL)
	m.mu.Unlock()
	if v.Once && !silent && what != admitBusy && m.door != nil {
		m.door.Rang(r.From) // before anything else of theirs is looked at
	}
	m.finish(&w)
	if silent {
		m.courier.Forget(r.Call)
	}
	if why := missedWhy(what); why != 0 && (why != Silenced || v.Record) {
		m.observer.Missed(MissedCall{Call: r.Call, From: r.From, Name: p.Name, Video: p.Video, At: at, Why: why})
	}
}

// affordLocked spends a ring where a proposal would disturb or be answered, or
// a record where it would only be written down.
func (m *Manager) affordLocked(what admission, from PeerID, v Verdict) bool {
	switch what {
	case admitRing, admitReplacing, admitBusy, admitSilentBusy:
		if v.Stranger {
			return m.strange.take(from, m.now())
		}
		return m.rings.take(from, m.now())
	case admitSilence:
		return !v.Record || m.records.take(from, m.now())
	case admitLate:
		return m.records.take(from, m.now())
	case admitJoining, admitOurs, admitOldCopy:
		return true
	}
	return false
}

// admitLocked reports whether the call is forgotten again at once.
func (m *Manager) admitLocked(
	what admission, r Received, p Proposal, left time.Duration, v Verdict, w *work,
) (silent bool) {
	s := state{
		id: r.Call, self: m.self, role: Callee, peer: r.From, video: p.Video && !v.AudioOnly, wish: v.Wish, theirs: p.Wish,
		tell: v.TellRinging, ttl: p.TTL, name: p.Name, started: m.now().Add(left - p.TTL),
	}
	if p.Prepare && v.Prepare && v.TellRinging {
		s.ready = readyMay
	}
	if v.RingFor > 0 {
		left = min(left, v.RingFor)
	}
	switch what {
	case admitRing:
		m.enterLocked(s, p, event{kind: evRing, left: left}, w)
	case admitReplacing:
		m.live.stepLocked(event{kind: evReplaced}, w)
		m.enterLocked(s, p, event{kind: evRing, left: left}, w)
	case admitJoining:
		local := m.live.state.local
		local.CameraOff = local.CameraOff || !m.live.state.video
		s.wish = m.live.state.wish
		if v.Wish != phone.NoRoute {
			s.wish = phone.Stricter(s.wish, v.Wish)
		}
		m.live.stepLocked(event{kind: evGlareLost, successor: r.Call}, w)
		m.enterLocked(s, p, event{kind: evJoin, local: local}, w)
	case admitBusy:
		m.turnAwayLocked(s, p, w)
	case admitSilentBusy, admitLate, admitSilence, admitOurs, admitOldCopy:
		m.past.add(r.From.ID, r.Call)
		return true
	}
	return false
}

// enterLocked makes the call that is live from now on.
func (m *Manager) enterLocked(s state, p Proposal, e event, w *work) {
	m.live = m.acceptLocked(s, p, w)
	m.live.stepLocked(e, w)
}

func (m *Manager) turnAwayLocked(s state, p Proposal, w *work) {
	m.acceptLocked(s, p, w).stepLocked(event{kind: evTurnAway}, w)
}

// acceptLocked adds a callee's call whose PROPOSE, number 0, is here.
func (m *Manager) acceptLocked(s state, p Proposal, w *work) *actor {
	a := m.addLocked(s, w)
	a.link.rxNext, a.link.peerAt = 1, p.Created
	a.ackDue = !a.state.mute()
	return a
}

func missedWhy(what admission) MissedWhy {
	switch what {
	case admitBusy, admitSilentBusy:
		return WasBusy
	case admitLate:
		return CameLate
	case admitSilence:
		return Silenced
	case admitRing, admitReplacing, admitJoining, admitOurs, admitOldCopy:
		return 0
	}
	return 0
}

package call

import (
	"slices"
	"sync/atomic"
	"time"

	"paravent/app/phone"
)

// maxJobs is how much one call may have waiting for its ports before frames of
// the other side are refused; it repeats them later.
const maxJobs = 128

// actor is one call with the goroutine that runs its ports and its timers.
type actor struct {
	// Set at construction.
	m    *Manager
	id   phone.CallID
	peer Party
	// Any goroutine.
	signal chan struct{} // there may be something to do; holds one
	quiet  atomic.Bool   // the media of this call were closed
	// Guarded by m.mu.
	state  state
	link   link
	jobs   []job
	ackDue bool
	until  time.Time // ended: when to be forgotten
}

// job is something to do at a port, without the lock.
type job struct {
	action
	frame    frame
	first    bool // the frame goes out for the first time
	snapshot Snapshot
}

// stepLocked runs one transition. It reports whether the event was dropped.
func (a *actor) stepLocked(e event, w *work) (dropped bool) {
	if a.state.phase == ended {
		return true
	}
	e.at = a.m.now()
	var actions []action
	a.state, actions = next(a.state, e)
	if a.state.phase == ended {
		a.retireLocked(e.at)
	}
	for _, act := range actions {
		switch act.kind {
		case actDrop:
			dropped = true
		case actClose:
			a.quiet.Store(true)
			w.closing = append(w.closing, a.id)
		case actSend:
			a.sendLocked(act.msg, e.at)
		case actCheckRelay, actOpen, actOffer, actAnswer, actComplete, actCandidate, actSetLocal, actCarry, actCloseSession,
			actChanged, actIncoming, actEnded, actMissed, actNotice, actConsult:
			a.jobs = append(a.jobs, job{action: act, snapshot: a.state.snapshot()})
		}
	}
	w.waking = append(w.waking, a)
	return dropped
}

func (a *actor) sendLocked(m message, now time.Time) {
	f, ok := a.link.send(m, now)
	if !ok {
		a.m.counters.Overflowed++
		return
	}
	a.jobs = append(a.jobs, job{action: action{kind: actSend}, frame: f, first: true})
}

// retireLocked empties what an ended call still had to do at its media and
// say to the other side: no address leaves after the end.
func (a *actor) retireLocked(now time.Time) {
	if a.m.live == a {
		a.m.live = nil
	}
	a.link.close()
	a.jobs = slices.DeleteFunc(a.jobs, func(j job) bool {
		return j.kind != actChanged && j.kind != actIncoming
	})
	a.until = now.Add(lingerTime)
	if stale := a.state.started.Add(a.state.ttl + lingerTime); a.state.role == Caller && stale.After(a.until) {
		a.until = stale // a late copy of PROPOSE may still want its RETRACT
	}
}

// receiveLocked takes a frame of the other side.
func (a *actor) receiveLocked(f frame, w *work) {
	if len(a.jobs) >= maxJobs && !f.msg.last() {
		a.m.counters.Overflowed++
		return
	}
	ready := a.link.receive(f, a.m.now())
	for _, m := range ready {
		if a.state.phase != ended && a.stepLocked(event{kind: evMessage, msg: m}, w) {
			a.m.counters.WrongState++
		}
	}
	if f.msg.kind != kindAck && !a.state.mute() {
		a.ackDue = true
	}
	w.waking = append(w.waking, a)
}

// run is the goroutine of the call.
func (a *actor) run() {
	defer a.m.running.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		jobs, wait := a.take()
		for _, j := range jobs {
			a.perform(j)
		}
		if len(jobs) > 0 {
			continue
		}
		if a.over() {
			return
		}
		timer.Reset(wait)
		select {
		case <-a.signal:
		case <-timer.C:
			a.m.tick(a)
		}
	}
}

// take fetches the work that is due, or how long there is none.
func (a *actor) take() (jobs []job, wait time.Duration) {
	a.m.mu.Lock()
	defer a.m.mu.Unlock()
	jobs = a.takeLocked()
	now := a.m.now()
	return jobs, a.wakeLocked(now).Sub(now)
}

func (a *actor) takeLocked() (jobs []job) {
	jobs, a.jobs = a.jobs, nil
	if a.ackDue {
		jobs = append(jobs, job{action: action{kind: actSend}, frame: a.link.ack(a.m.now())})
		a.ackDue = false
	}
	return jobs
}

// over tells that the manager forgot the call, and lets the courier forget it
// too, unless last words may still be on their way out of a phone that closes.
func (a *actor) over() bool {
	a.m.mu.Lock()
	over, closed := a.m.calls[a.id] != a, a.m.closed
	a.m.mu.Unlock()
	if over && !closed {
		a.m.courier.Forget(a.id)
	}
	return over
}

// wakeLocked is when time next matters to this call.
func (a *actor) wakeLocked(now time.Time) time.Time {
	wake := now.Add(time.Hour)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(wake) {
			wake = t
		}
	}
	if len(a.link.unacked) > 0 {
		sooner(a.link.due)
	}
	sooner(a.state.deadline)
	sooner(a.until)
	sooner(a.state.turn.until)
	sooner(a.state.words.until)
	if a.state.phase == recovering {
		sooner(a.state.retry)
	}
	return wake
}

// tickLocked runs what is due.
func (a *actor) tickLocked(w *work) {
	now := a.m.now()
	if a.state.phase != ended {
		a.stepLocked(event{kind: evTick}, w)
	} else if !now.Before(a.until) {
		a.m.forgetLocked(a)
		return
	}
	for _, f := range a.link.tick(now) {
		a.jobs = append(a.jobs, job{action: action{kind: actSend}, frame: f})
	}
}

// perform does one job at a port.
func (a *actor) perform(j job) {
	switch j.kind {
	case actSend:
		if a.quiet.Load() && !j.frame.msg.last() && j.frame.msg.kind != kindAck {
			return // taken before the end: no address leaves after it
		}
		keep := j.first && j.frame.msg.kind == kindPropose // one copy waits for who is away
		a.m.courier.Send(a.peer, a.id, appendFrame(nil, j.frame), keep)
	case actChanged:
		a.m.observer.CallChanged(j.snapshot)
	case actIncoming:
		a.m.observer.Incoming(j.snapshot)
	case actEnded:
		a.m.observer.Ended(j.snapshot)
	case actMissed:
		a.m.observer.Missed(missedOf(j.snapshot))
	case actNotice:
		a.m.observer.Notice(j.snapshot, j.err)
	case actConsult:
		a.m.port(a.id, event{kind: evConsulted, allowed: a.m.policy.MayGoDirect(a.peer)})
	case actCheckRelay, actOpen, actOffer, actAnswer, actComplete, actCandidate, actSetLocal, actCarry, actCloseSession:
		a.media(j)
	case actDrop, actClose: // done in stepLocked
	}
}

// media does one job at the media unless they were closed. A close that came
// in the middle is repeated, so that nothing opened by the job stays open.
func (a *actor) media(j job) {
	if a.quiet.Load() {
		return
	}
	m, s := a.m.media, &j.snapshot
	making := Making{Gen: j.gen, Route: j.route, Video: s.Video, Early: j.early}
	switch j.kind {
	case actCheckRelay:
		m.CheckRelay(a.id)
	case actOpen:
		m.Open(a.id, roleOf(s.Outgoing), s.Video, s.Local)
	case actOffer:
		m.Offer(a.id, making)
	case actAnswer:
		m.Answer(a.id, making, j.text)
	case actComplete:
		m.Complete(a.id, j.gen, j.text)
	case actCandidate:
		m.Candidate(a.id, j.gen, j.text)
	case actSetLocal:
		m.SetLocal(a.id, s.Local)
	case actCarry:
		m.Carry(a.id, j.gen)
	case actCloseSession:
		m.Drop(a.id, j.gen)
	case actDrop, actSend, actClose, actIncoming, actChanged, actEnded, actMissed, actNotice, actConsult:
	}
	if a.quiet.Load() {
		m.Close(a.id)
	}
}

func roleOf(outgoing bool) Role {
	if outgoing {
		return Caller
	}
	return Callee
}

func missedOf(s Snapshot) MissedCall {
	return MissedCall{Call: s.ID, From: s.Peer, Name: s.Name, Video: s.Video, At: s.Started, Why: Unanswered}
}

package call

import (
	"crypto/rand"
	"sync"
	"time"

	"paravent/app/phone"
)

// maxCalls bounds the calls in memory: the live one and those that ended less
// than half a minute ago.
const maxCalls = 64

// Config is what a Manager needs. Courier, Media, Policy and Observer are required.
type Config struct {
	Self     PeerID
	Courier  Courier
	Media    Media
	Policy   Policy
	Observer Observer
	Door     Door                        // nil lets nobody knock
	Name     func() string               // how the person calls themselves; nil says nothing
	ReasonOf func(error) phone.EndReason // sorts errors of the media; nil makes all NegotiationFailed
	Now      func() time.Time            // nil is time.Now
	TTL      time.Duration               // how long an outgoing call rings; 0 is 45 s, at most 120 s
	Rings    RingLimits                  // zero values have good defaults
}

// Counters count what was dropped, since the start.
type Counters struct {
	Malformed   uint64 // payloads that could not be read
	Unknown     uint64 // messages of no known call, or of somebody who is no party of it
	WrongState  uint64 // messages that did not fit the call's state
	Overflowed  uint64 // refused because a bound was reached
	RateLimited uint64 // proposals and knocks over their limits
}

// Manager holds all calls of this phone. At most one is live. See the package
// comment for goroutines and locks.
type Manager struct {
	// Set at construction.
	self      PeerID
	courier   Courier
	media     Media
	policy    Policy
	observer  Observer
	door      Door
	name      func() string
	reasonOf  func(error) phone.EndReason
	now       func() time.Time
	ttl       time.Duration
	newID     func() phone.CallID
	newSecret func() [32]byte
	running   sync.WaitGroup // goroutines of calls; added to with mu held
	// Guarded by mu, which is held for computation only.
	mu       sync.Mutex
	calls    map[phone.CallID]*actor
	live     *actor // nil: none
	past     past
	rings    ringLimiter // people who may ring
	strange  ringLimiter // those who may ring because everyone may
	records  ringLimiter // entries about calls that did not ring
	knocks   ringLimiter // what was left at the door
	counters Counters
	closed   bool
}

// work is what a change asks to be done once the lock is released.
type work struct {
	closing  []phone.CallID // media to close, before anything else
	waking   []*actor
	starting []*actor
}

// New makes a Manager. It starts nothing until there is a call.
func New(c Config) *Manager {
	m := &Manager{
		self: c.Self, courier: c.Courier, media: c.Media, policy: c.Policy, observer: c.Observer, door: c.Door,
		name: c.Name, reasonOf: c.ReasonOf, now: c.Now, ttl: c.TTL, newID: phone.NewCallID, newSecret: newSecret,
		calls: map[phone.CallID]*actor{}, rings: newRingLimiter(c.Rings), strange: newRingLimiter(strangerLimits), records: newRingLimiter(recordLimits), knocks: newRingLimiter(knockLimits),
	}
	if m.name == nil {
		m.name = func() string { return "" }
	}
	if m.reasonOf == nil {
		m.reasonOf = func(error) phone.EndReason { return phone.NegotiationFailed }
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.ttl <= 0 {
		m.ttl = defaultTTL
	}
	m.ttl = max(time.Second, min(m.ttl, maxTTL))
	return m
}

func newSecret() (s [32]byte) {
	_, _ = rand.Read(s[:]) // never fails since Go 1.24
	return s
}

// Place calls somebody. The call may still be refused or fail later; its
// Ended says why. Calling the one who rings here just now answers instead.
// Errors: phone.ErrInCall, ErrNoRoute, ErrOwnAddress, phone.ErrClosed.
func (m *Manager) Place(to Party, video bool, wish phone.Route) (phone.CallID, error) {
	switch {
	case to.ID == m.self:
		return phone.CallID{}, ErrOwnAddress
	case wish != phone.Relay && wish != phone.Direct:
		return phone.CallID{}, ErrNoRoute
	}
	name, prepare := m.name(), readyNever
	if m.policy.Prepare(to) {
		prepare = readyMay
	}
	var w work
	defer m.finish(&w)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return phone.CallID{}, phone.ErrClosed
	}
	if l := m.live; l != nil {
		if l.state.phase == ringing && l.state.peer.ID == to.ID {
			l.stepLocked(event{kind: evAnswer, video: video, wish: wish}, &w)
			return l.id, nil
		}
		return phone.CallID{}, phone.ErrInCall
	}
	a := m.addLocked(state{
		id: m.newID(), self: m.self, role: Caller, peer: to, video: video, wish: wish,
		ttl: m.ttl, name: name, started: m.now(), ready: prepare,
	}, &w)
	m.live = a
	a.stepLocked(event{kind: evPlace}, &w)
	return a.id, nil
}

// Answer accepts a ringing call: microphone and camera may open. Without
// video, the camera stays off. The policy is asked again for the route, since
// the person may have become stricter while it rang. Errors:
// phone.ErrNoSuchCall, ErrWrongState.
func (m *Manager) Answer(id phone.CallID, video bool) error {
	s, ok := m.Snapshot(id)
	if !ok {
		return phone.ErrNoSuchCall
	}
	return m.person(id, event{kind: evAnswer, video: video, wish: m.policy.Wish(s.Peer)})
}

// Decline refuses a ringing call. Errors as Answer.
func (m *Manager) Decline(id phone.CallID) error { return m.person(id, event{kind: evDecline}) }

// Hangup ends a call in any state. When it returns, Media.Close has returned;
// it waits for nothing else (P11). Errors as Answer.
func (m *Manager) Hangup(id phone.CallID) error { return m.person(id, event{kind: evHangup}) }

// SetLocal tells what this side holds back from now on. Errors as Answer.
func (m *Manager) SetLocal(id phone.CallID, local Flags) error {
	return m.person(id, event{kind: evSetLocal, local: local})
}

// Restart looks for a new media path because the network changed. Errors as Answer.
func (m *Manager) Restart(id phone.CallID) error { return m.person(id, event{kind: evRestart}) }

// GoDirect asks the other side of a relayed call for a direct path, or agrees
// to its asking. Errors as Answer, and ErrDirectForbidden where the policy does
// not let the person agree.
func (m *Manager) GoDirect(id phone.CallID) error {
	s, ok := m.Snapshot(id)
	if !ok {
		return phone.ErrNoSuchCall
	}
	if !m.policy.MayGoDirect(s.Peer) {
		return ErrDirectForbidden
	}
	return m.person(id, event{kind: evGoDirect})
}

// Retell has the observer told of a call once more, in its order.
func (m *Manager) Retell(id phone.CallID) { _ = m.person(id, event{kind: evRetell}) } // one that is over was told

// GoRelay refuses or withdraws what was asked for, or takes a direct call back
// to the relay, for which nobody is asked. Errors as Answer.
func (m *Manager) GoRelay(id phone.CallID) error { return m.person(id, event{kind: evGoRelay}) }

// RelayChecked reports what Media.CheckRelay found; nil is a relay that works.
func (m *Manager) RelayChecked(id phone.CallID, err error) {
	m.port(id, event{kind: evRelayChecked, err: err})
}

// Described reports the description that Media.Offer or Answer made.
func (m *Manager) Described(id phone.CallID, gen uint32, sdp string, err error) {
	m.port(id, event{kind: evDescribed, gen: gen, text: sdp, err: err})
}

// LocalCandidate reports a candidate that passed the outgoing gate.
func (m *Manager) LocalCandidate(id phone.CallID, gen uint32, candidate string) {
	m.port(id, event{kind: evLocalCandidate, gen: gen, text: candidate})
}

// MediaUp reports that sound may flow: the path is found and the other side's
// fingerprint proved (P23).
func (m *Manager) MediaUp(id phone.CallID, gen uint32, proof Proof) {
	m.port(id, event{kind: evMediaUp, gen: gen, proof: proof, secret: m.newSecret()})
}

// MediaDown reports that nothing arrives any more.
func (m *Manager) MediaDown(id phone.CallID, gen uint32) {
	m.port(id, event{kind: evMediaDown, gen: gen})
}

// MediaFailed reports a failure that the media cannot repair themselves.
func (m *Manager) MediaFailed(id phone.CallID, gen uint32, err error) {
	m.port(id, event{kind: evMediaFailed, gen: gen, err: err})
}

// SendFailed reports that the server or the address was not there. It ends a
// call of which the other side has not been heard, with the reason given.
func (m *Manager) SendFailed(id phone.CallID, reason phone.EndReason, err error) {
	m.port(id, event{kind: evSendFailed, reason: reason, err: err})
}

// NetworkLost ends the call there is, since the way out that it was bound to
// is gone (P8). When it returns, Media.Close has returned.
func (m *Manager) NetworkLost(err error) {
	var w work
	defer m.finish(&w)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.live != nil {
		m.live.stepLocked(event{kind: evNetworkLost, err: err}, &w)
	}
}

// Snapshot is what is known of a call, until half a minute after its end.
func (m *Manager) Snapshot(id phone.CallID) (Snapshot, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.calls[id]
	if a == nil || a.state.phase == made {
		return Snapshot{}, false
	}
	return a.state.snapshot(), true
}

// Calls are the calls that have not ended; today at most one.
func (m *Manager) Calls() []Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.live == nil {
		return nil
	}
	return []Snapshot{m.live.state.snapshot()}
}

// Counters are what was dropped so far.
func (m *Manager) Counters() Counters {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counters
}

// Close ends all calls with ShutDown. When it returns, their media are closed,
// the last words were handed to the courier, once, and no port is called any
// more for them. It may be called again, and from inside a port, where it
// cannot wait for that very port.
func (m *Manager) Close() {
	var w work
	m.mu.Lock()
	m.closed = true
	if m.live != nil {
		m.live.stepLocked(event{kind: evShutDown}, &w)
	}
	last := map[*actor][]job{}
	for id, a := range m.calls {
		delete(m.calls, id)
		last[a] = a.takeLocked()
		w.waking = append(w.waking, a)
	}
	m.mu.Unlock()
	m.finish(&w)
	m.settle()
	for a, jobs := range last {
		for _, j := range jobs {
			a.perform(j)
		}
	}
}

// settleLimit bounds how long Close waits. Ports return at once, so that only
// a port that calls Close itself, and cannot return before, takes that long.
const settleLimit = 2 * time.Second

// settle waits until no goroutine of a call is at a port any more.
func (m *Manager) settle() {
	done := make(chan struct{})
	go func() {
		m.running.Wait()
		close(done)
	}()
	limit := time.NewTimer(settleLimit)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
	}
}

func (m *Manager) person(id phone.CallID, e event) error {
	var w work
	defer m.finish(&w)
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.calls[id]
	if a == nil || a.state.phase == ended {
		return phone.ErrNoSuchCall
	}
	if a.stepLocked(e, &w) {
		return ErrWrongState
	}
	return nil
}

func (m *Manager) port(id phone.CallID, e event) {
	if e.err != nil && e.reason == phone.NotEnded {
		e.reason = m.reasonOf(e.err)
	}
	var w work
	defer m.finish(&w)
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.calls[id]; a != nil {
		a.stepLocked(e, &w)
	}
}

func (m *Manager) tick(a *actor) {
	var w work
	defer m.finish(&w)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls[a.id] == a {
		a.tickLocked(&w)
	}
}

// addLocked makes room for a call and adds it. At most one call is live, so
// that there is always an ended one to forget.
func (m *Manager) addLocked(s state, w *work) *actor {
	if len(m.calls) >= maxCalls {
		m.evictLocked(w)
	}
	a := &actor{m: m, id: s.id, peer: s.peer, state: s, signal: make(chan struct{}, 1)}
	m.calls[s.id] = a
	m.running.Add(1)
	w.starting = append(w.starting, a)
	return a
}

// evictLocked forgets the call that ended longest ago.
func (m *Manager) evictLocked(w *work) {
	var oldest *actor
	for _, a := range m.calls {
		if a.state.phase == ended && (oldest == nil || a.until.Before(oldest.until)) {
			oldest = a
		}
	}
	if oldest != nil {
		m.forgetLocked(oldest)
		w.waking = append(w.waking, oldest)
	}
}

func (m *Manager) forgetLocked(a *actor) {
	delete(m.calls, a.id)
	m.past.add(a.state.peer.ID, a.id)
}

// finish does what a change asked for, without the lock: media are closed
// first, in this goroutine; then the calls' own goroutines go on.
func (m *Manager) finish(w *work) {
	for _, id := range w.closing {
		m.media.Close(id)
	}
	for _, a := range w.starting {
		go a.run()
	}
	for _, a := range w.waking {
		a.wake()
	}
}

func (a *actor) wake() {
	select {
	case a.signal <- struct{}{}:
	default:
	}
}

package call

import (
	"slices"
	"time"

	"paravent/app/phone"
)

// fakePath is one media session of a call at both ends: up once the callee
// answered and the caller completed the same generation and both are on the
// network. A session beside another one may never come up, or at one end only.
type fakePath struct {
	id             phone.CallID
	first          uint32 // generation that it was made with
	route          phone.Route
	caller, callee *fakePhone
	gen            uint32 // newest that was up
	bad            bool   // never comes up
	lame           bool   // comes up at one end only
	early, beside  bool   // made while it rang; made while another one carried
}

type pathKey struct {
	id    phone.CallID
	first uint32
}

// leg is a session as one end has it.
type leg struct {
	path *fakePath
	gen  uint32
}

func (f *fakePath) endsLocked() []*fakePhone {
	return slices.DeleteFunc([]*fakePhone{f.caller, f.callee}, func(p *fakePhone) bool { return p == nil || p.dead })
}

// brokenLocked: whoever still holds the path sees it go down.
func (f *fakePath) brokenLocked() {
	for _, p := range f.endsLocked() {
		gen := f.gen
		p.w.afterLocked(2*time.Second, func() { p.m.MediaDown(f.id, gen) })
	}
}

// goneLocked: one end closed or crashed.
func (f *fakePath) goneLocked(p *fakePhone) {
	if f.caller == p || f.callee == p {
		f.brokenLocked()
	}
	if f.caller == p {
		f.caller = nil
	}
	if f.callee == p {
		f.callee = nil
	}
}

func (p *fakePhone) CheckRelay(id phone.CallID) {
	early := p.statesOf(id).State == phone.Ringing && p.verdictOf(id).Prepare
	p.w.mu.Lock()
	p.touchLocked(id, "relay check", early)
	var err error
	if p.noRelay {
		err = errTest
	}
	if !p.silentRelay {
		p.w.afterLocked(200*time.Millisecond, func() { p.m.RelayChecked(id, err) })
	}
	p.w.mu.Unlock()
	p.reentered("checkRelay")
}

// verdictOf is what this phone's policy says about the other side of a call.
func (p *fakePhone) verdictOf(id phone.CallID) Verdict {
	peer := p.statesOf(id).Peer.ID
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.verdict(peer)
}

func (p *fakePhone) Open(id phone.CallID, role Role, _ bool, _ Flags) {
	p.reentered("opening") // before anything is open
	p.w.mu.Lock()
	s := p.statesOf(id)
	if !p.answered[id] && !p.wanted[s.Peer.ID] && !(role == Caller && len(p.wanted) > 0) {
		p.w.breaks("%s opened the microphone as role %d without the person", p.id, role)
	}
	p.opened[id] = true
	p.touchLocked(id, "open", false)
	p.w.mu.Unlock()
	p.reentered("open")
}

// statesOf reads the manager's own view; the observer may not know the call yet.
func (p *fakePhone) statesOf(id phone.CallID) Snapshot {
	s, _ := p.m.Snapshot(id)
	return s
}

func (p *fakePhone) Offer(id phone.CallID, m Making) {
	p.describe(id, m, Caller)
	p.reentered("offer")
}

func (p *fakePhone) Answer(id phone.CallID, m Making, _ string) {
	p.describe(id, m, Callee)
	p.reentered("answer")
}

func (p *fakePhone) describe(id phone.CallID, m Making, role Role) {
	w := p.w
	s := p.statesOf(id)
	w.mu.Lock()
	defer w.mu.Unlock()
	p.touchLocked(id, "description", m.Early)
	path := p.pathLocked(id, m)
	if path == nil {
		return
	}
	p.watchRouteLocked(s, m, path)
	if role == Caller {
		path.caller = p
	} else {
		path.callee = p
	}
	w.afterLocked(50*time.Millisecond, func() { p.m.Described(id, m.Gen, "sdp", nil) })
	for range w.rand.IntN(4) {
		w.afterLocked(100*time.Millisecond, func() { p.m.LocalCandidate(id, m.Gen, "candidate") })
	}
}

// pathLocked finds or makes the session that a description is about.
func (p *fakePhone) pathLocked(id phone.CallID, m Making) *fakePath {
	legs := p.legs[id]
	if m.Route == phone.NoRoute {
		for _, l := range legs {
			if l.path == p.carries[id] || p.carries[id] == nil && l == legs[len(legs)-1] {
				l.gen = m.Gen
				return l.path
			}
		}
		return nil // its session is gone: the repair fails
	}
	key := pathKey{id, m.Gen}
	path := p.w.paths[key]
	if path == nil {
		path = &fakePath{id: id, first: m.Gen, route: m.Route, early: m.Early, beside: len(legs) > 0}
		if m.Early || len(legs) > 0 {
			path.bad, path.lame = p.w.rand.IntN(5) == 0, p.w.rand.IntN(5) == 0
		}
		p.w.paths[key] = path
	}
	if path.route != m.Route {
		p.w.breaks("the ends of %v make sessions of different routes", id)
	}
	p.legs[id] = append(legs, &leg{path, m.Gen})
	return path
}

// watchRouteLocked: nobody describes a wider route than both agreed to, and
// before Accept nothing but a silent relayed one where both wished for it.
func (p *fakePhone) watchRouteLocked(s Snapshot, m Making, path *fakePath) {
	other := p.w.phones[s.Peer.ID]
	accepted := !s.Accepted.IsZero()
	switch {
	case !accepted && (!m.Early || path.route != phone.Relay || !p.verdict(s.Peer.ID).Prepare):
		p.w.breaks("%s describes %+v before Accept", p.id, m)
	case path.route > p.agreed(s.ID, s.Peer.ID) || m.Route == phone.NoRoute && path.route == phone.NoRoute:
		p.w.breaks("%s describes with route %v", p.id, path.route)
	case other != nil && path.route > other.agreedOnce(s.ID, p.id):
		p.w.breaks("%s describes with route %v, which %s never agreed to", p.id, path.route, other.id)
	}
}

// agreed is the widest route that the person agrees to now; agreedOnce the
// widest they ever agreed to in this call. Guarded by w.mu.
func (p *fakePhone) agreed(id phone.CallID, peer PeerID) phone.Route {
	if r, said := p.will[id]; said {
		return r
	}
	return p.verdict(peer).Wish
}

func (p *fakePhone) agreedOnce(id phone.CallID, peer PeerID) phone.Route {
	if p.consented[id] {
		return phone.Direct
	}
	return p.verdict(peer).Wish
}

func (p *fakePhone) Complete(id phone.CallID, gen uint32, _ string) {
	w := p.w
	w.mu.Lock()
	p.touchLocked(id, "completion", true)
	if l := p.legLocked(id, gen); l != nil {
		l.path.completeLocked(gen)
	}
	w.mu.Unlock()
	p.reentered("complete")
}

// completeLocked brings a path up where it can come up.
func (f *fakePath) completeLocked(gen uint32) {
	ends := f.endsLocked()
	if len(ends) != 2 || ends[0].cut || ends[1].cut || f.bad {
		return
	}
	f.gen = gen
	if f.lame && gen == f.first {
		ends = ends[:1]
	}
	for _, e := range ends {
		proof := f.proofOf(e)
		e.w.afterLocked(100*time.Millisecond, func() { e.m.MediaUp(f.id, gen, proof) })
	}
}

// proofOf is what DTLS proves at one end: the path has a certificate an end.
func (f *fakePath) proofOf(p *fakePhone) Proof {
	caller, callee := [32]byte{1, byte(f.first)}, [32]byte{2, byte(f.first)}
	copy(caller[2:], f.id[:])
	copy(callee[2:], f.id[:])
	if p.w.between { // each end has DTLS with somebody else
		callee[0] += byte(len(p.id)) + p.id[0]
		caller[0] += byte(len(p.id)) + p.id[0]
	}
	if p == f.caller {
		return Proof{Local: caller, Remote: callee}
	}
	return Proof{Local: callee, Remote: caller}
}

// legLocked is the session that a generation belongs to, if this end has it.
func (p *fakePhone) legLocked(id phone.CallID, gen uint32) *leg {
	for _, l := range p.legs[id] {
		if l.path.first <= gen && gen <= l.gen {
			return l
		}
	}
	return nil
}

func (p *fakePhone) Candidate(id phone.CallID, _ uint32, _ string) {
	p.w.mu.Lock()
	p.touchLocked(id, "candidate", true)
	p.w.mu.Unlock()
	p.reentered("candidate")
}

// Carry: from here on frames leave.
func (p *fakePhone) Carry(id phone.CallID, gen uint32) {
	s := p.statesOf(id)
	p.w.mu.Lock()
	p.touchLocked(id, "carrying", false)
	switch l := p.legLocked(id, gen); {
	case s.Accepted.IsZero():
		p.w.breaks("%s sends before Accept", p.id)
	case l == nil:
		p.w.breaks("%s carries over a session that is gone, %d", p.id, gen)
	default:
		p.carries[id] = l.path
	}
	p.w.mu.Unlock()
	p.reentered("carry")
}

// Drop closes one session of several.
func (p *fakePhone) Drop(id phone.CallID, gen uint32) {
	p.w.mu.Lock()
	p.touchLocked(id, "closing a session", true)
	if l := p.legLocked(id, gen); l != nil {
		if p.carries[id] == l.path {
			delete(p.carries, id)
		}
		l.path.goneLocked(p)
		p.legs[id] = slices.DeleteFunc(slices.Clone(p.legs[id]), func(x *leg) bool { return x == l })
	}
	p.w.mu.Unlock()
	p.reentered("drop")
}

func (p *fakePhone) SetLocal(id phone.CallID, _ Flags) {
	p.w.mu.Lock()
	p.touchLocked(id, "flags", false)
	p.w.mu.Unlock()
	p.reentered("setLocal")
}

func (p *fakePhone) Close(id phone.CallID) {
	p.w.mu.Lock()
	p.closed[id]++
	p.opened[id] = false
	for _, l := range p.legs[id] {
		l.path.goneLocked(p)
	}
	delete(p.legs, id)
	delete(p.carries, id)
	p.w.mu.Unlock()
	p.reentered("close")
}

// touchLocked: media are touched only after Open, but for what may be made
// ready early, and never after Close, but for a close that is repeated at once.
func (p *fakePhone) touchLocked(id phone.CallID, what string, early bool) {
	if what != "open" && p.closed[id] > 0 {
		p.late = append(p.late, what)
	}
	if what != "open" && !early && !p.opened[id] && p.closed[id] == 0 {
		p.w.breaks("%s: %s before open", p.id, what)
	}
}

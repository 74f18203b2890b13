package call

import (
	"slices"
	"time"

	"paravent/app/phone"
)

// fakePath is the media path of one call: up once the callee answered and the
// caller completed the same generation and both are on the network.
type fakePath struct {
	id             phone.CallID
	caller, callee *fakePhone
	gen            uint32
}

func (w *world) pathLocked(id phone.CallID) *fakePath {
	if w.paths[id] == nil {
		w.paths[id] = &fakePath{id: id}
	}
	return w.paths[id]
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
	p.w.mu.Lock()
	p.touchLocked(id, "relay check")
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

func (p *fakePhone) Open(id phone.CallID, role Role, _ bool, _ Flags) {
	p.reentered("opening") // before anything is open
	p.w.mu.Lock()
	s := p.statesOf(id)
	if !p.answered[id] && !p.wanted[s.Peer.ID] && !(role == Caller && len(p.wanted) > 0) {
		p.w.breaks("%s opened the microphone as role %d without the person", p.id, role)
	}
	p.opened[id] = true
	p.touchLocked(id, "open")
	p.w.mu.Unlock()
	p.reentered("open")
}

// statesOf reads the manager's own view; the observer may not know the call yet.
func (p *fakePhone) statesOf(id phone.CallID) Snapshot {
	s, _ := p.m.Snapshot(id)
	return s
}

func (p *fakePhone) Offer(id phone.CallID, gen uint32, route phone.Route, _ bool) {
	p.describe(id, gen, route, Caller)
	p.reentered("offer")
}

func (p *fakePhone) Answer(id phone.CallID, gen uint32, route phone.Route, _ string) {
	p.describe(id, gen, route, Callee)
	p.reentered("answer")
}

func (p *fakePhone) describe(id phone.CallID, gen uint32, route phone.Route, role Role) {
	w := p.w
	peer := p.statesOf(id).Peer.ID
	w.mu.Lock()
	defer w.mu.Unlock()
	p.touchLocked(id, "description")
	if other := w.phones[peer]; other != nil && (route > p.verdict(peer).Wish || route > other.verdict(p.id).Wish || route == phone.NoRoute) {
		w.breaks("%s describes with route %v", p.id, route)
	}
	path := w.pathLocked(id)
	if role == Caller {
		path.caller = p
	} else {
		path.callee = p
	}
	w.afterLocked(50*time.Millisecond, func() { p.m.Described(id, gen, "sdp", nil) })
	for range w.rand.IntN(4) {
		w.afterLocked(100*time.Millisecond, func() { p.m.LocalCandidate(id, gen, "candidate") })
	}
}

func (p *fakePhone) Complete(id phone.CallID, gen uint32, _ string) {
	w := p.w
	w.mu.Lock()
	p.touchLocked(id, "completion")
	path := w.pathLocked(id)
	ends := path.endsLocked()
	up := len(ends) == 2 && !ends[0].cut && !ends[1].cut
	if up {
		path.gen = gen
		for _, e := range ends {
			w.afterLocked(100*time.Millisecond, func() { e.m.MediaUp(id, gen) })
		}
	}
	w.mu.Unlock()
	p.reentered("complete")
}

func (p *fakePhone) Candidate(id phone.CallID, _ uint32, _ string) {
	p.w.mu.Lock()
	p.touchLocked(id, "candidate")
	p.w.mu.Unlock()
	p.reentered("candidate")
}

func (p *fakePhone) SetLocal(id phone.CallID, _ Flags) {
	p.w.mu.Lock()
	p.touchLocked(id, "flags")
	p.w.mu.Unlock()
	p.reentered("setLocal")
}

func (p *fakePhone) Close(id phone.CallID) {
	p.w.mu.Lock()
	p.closed[id]++
	p.opened[id] = false
	p.w.pathLocked(id).goneLocked(p)
	p.w.mu.Unlock()
	p.reentered("close")
}

// touchLocked: media are touched only after Open and, but for a close that is
// repeated at once, never after Close.
func (p *fakePhone) touchLocked(id phone.CallID, what string) {
	if what != "open" && p.closed[id] > 0 {
		p.late = append(p.late, what)
	}
	if what != "open" && !p.opened[id] && p.closed[id] == 0 {
		p.w.breaks("%s: %s before open", p.id, what)
	}
}

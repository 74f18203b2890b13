package line

import (
	"slices"

	"paravent/app/call"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/media"
)

// leg is one media session of a call. A call has a second one while it moves
// to another route; both share the endpoints, and one of them carries.
type leg struct {
	// set at construction, before its session calls back
	session *media.Session
	gate    *route.Gate
	route   phone.Route
	first   uint32 // generation that it was made with

	gen     uint32 // guarded by line.mu; the newest that it works on
	carried bool   // guarded by line.mu
}

// newLeg makes the session of a generation. An early one is deaf and dumb
// until it carries (P10).
func (l *line) newLeg(m call.Making, offerer bool) (*leg, error) {
	l.mu.Lock()
	a, v := l.audio, l.video
	l.mu.Unlock()
	if a == nil && !m.Early {
		return nil, ErrNoDevices
	}
	plan, err := l.plan(m.Route)
	if err != nil {
		return nil, err
	}
	engine, peer, err := plan.Settings(l.ctx)
	if err != nil {
		return nil, err
	}
	n := &leg{gate: route.NewGate(plan, l.cfg.Locals), route: m.Route, first: m.Gen, gen: m.Gen}
	cfg := media.Config{
		Engine: engine, Peer: peer, Offerer: offerer,
		OnCandidate: func(c string) { l.localCandidate(n, c) },
		OnState:     func(s media.State) { l.stateChanged(n, s) },
	}
	if m.Video {
		cfg.Pictures = l.cfg.Video().MaxKbps * 1000
	}
	if n.session, err = media.Open(cfg); err != nil {
		return nil, err
	}
	if !m.Early {
		n.session.Listen(a, v)
	}
	return n, l.enter(n)
}

// proof is which certificates the session is up with; the zero Proof where it
// went down meanwhile.
func (n *leg) proof() call.Proof {
	local, remote, err := n.session.Certificates()
	if err != nil {
		return call.Proof{}
	}
	return call.Proof{Local: local, Remote: remote}
}

// enter adds a leg, unless the line closed meanwhile.
func (l *line) enter(n *leg) error {
	l.mu.Lock()
	closed := l.closed
	if !closed {
		l.legs, l.gates = append(l.legs, n), append(l.gates, n.gate)
	}
	l.mu.Unlock()
	if closed {
		_ = n.session.Close()
		return phone.ErrClosed
	}
	return nil
}

// find returns the open leg that a generation belongs to, or nil.
func (l *line) find(gen uint32) *leg {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.legs {
		if n.first <= gen && gen <= n.gen {
			return n
		}
	}
	return nil
}

// newest returns the open leg whose newest generation is gen, or nil: what
// belongs to an older one comes too late.
func (l *line) newest(gen uint32) *leg {
	n := l.find(gen)
	if at, open := l.generation(n); !open || at != gen {
		return nil
	}
	return n
}

// generation is the newest one of a leg; open tells whether it is open still.
func (l *line) generation(n *leg) (gen uint32, open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n == nil || !slices.Contains(l.legs, n) {
		return 0, false
	}
	return n.gen, true
}

// inUseLocked is the leg that carries or, before that, the newest one.
func (l *line) inUseLocked() *leg {
	if l.carrying != nil || len(l.legs) == 0 {
		return l.carrying
	}
	return l.legs[len(l.legs)-1]
}

// carry lets sound and pictures go by the leg of gen, and by no other.
func (l *line) carry(gen uint32) {
	l.acceptedNow()
	n := l.find(gen)
	l.mu.Lock()
	a, v, before, local, open := l.audio, l.video, l.carrying, l.local, !l.closed
	if open && n != nil && a != nil {
		l.carrying, n.carried = n, true
	}
	l.mu.Unlock()
	if !open || n == nil || a == nil || n == before {
		return
	}
	if before != nil {
		_ = before.session.Speak(false) // one that is closed is silent
	}
	n.session.Listen(a, v)
	n.session.SetHeld(local.Held)
	if err := n.session.Speak(true); err != nil {
		l.sink.MediaFailed(l.id, gen, err)
		return
	}
	l.connected(n)
}

// drop closes the leg of gen.
func (l *line) drop(gen uint32) {
	n := l.find(gen)
	if n == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed { // close has it
		return
	}
	l.legs = slices.DeleteFunc(l.legs, func(x *leg) bool { return x == n })
	if l.carrying == n {
		l.carrying = nil
	}
	l.closing.Go(func() { l.hangUp(n) })
}

// hangUp closes a leg's sockets, after a last look at the path that it used.
func (l *line) hangUp(n *leg) {
	l.mu.Lock()
	carried := n.carried
	l.mu.Unlock()
	if carried {
		l.note(n.session)
	}
	_ = n.session.Close()
}

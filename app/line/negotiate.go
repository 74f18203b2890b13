package line

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"paravent/app/call"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/media"
)

// ErrNoDevices says that a description was asked for before the devices were opened.
var ErrNoDevices = phone.NewFault("call-without-devices")

// offer describes this side as the caller. A restart keeps the session and
// gathers anew; the first offer makes the session.
func (l *line) offer(gen uint32, r phone.Route, restart bool) {
	l.acceptedNow() // the caller learns of it by the PROCEED that asks for this offer
	s, g, err := l.prepare(gen, r, restart)
	if err != nil {
		l.sink.Described(l.id, gen, "", err)
		return
	}
	sdp, err := s.Offer(restart)
	if err == nil {
		sdp, err = g.OutSDP(sdp)
	}
	l.sink.Described(l.id, gen, sdp, err)
}

// answer describes this side as the callee.
func (l *line) answer(gen uint32, r phone.Route, offer string) {
	s, g, err := l.prepare(gen, r, false)
	if err == nil {
		offer, err = g.InSDP(offer)
	}
	var sdp string
	if err == nil {
		sdp, err = s.Answer(offer)
	}
	if err == nil {
		sdp, err = g.OutSDP(sdp)
	}
	l.sink.Described(l.id, gen, sdp, err)
}

// complete gives the other side's answer to the session.
func (l *line) complete(gen uint32, answer string) {
	s, g, ok := l.live()
	if !ok || s == nil || gen != l.generation() {
		return
	}
	answer, err := g.InSDP(answer)
	if err == nil {
		err = s.Complete(answer)
	}
	if err != nil {
		l.sink.MediaFailed(l.id, gen, err)
	}
}

// candidate gives one of the other side's addresses to the session; the gate
// drops what must not be tried.
func (l *line) candidate(gen uint32, text string) {
	s, g, ok := l.live()
	if !ok || s == nil || gen != l.generation() {
		return
	}
	text, keep, err := g.InCandidate(text)
	if err != nil || !keep {
		return
	}
	if err := s.AddCandidate(text); err != nil {
		l.sink.MediaFailed(l.id, gen, err)
	}
}

// prepare returns the session for a description of generation gen, making it
// where there is none yet.
func (l *line) prepare(gen uint32, r phone.Route, restart bool) (*media.Session, *route.Gate, error) {
	s, g, ok := l.live()
	if !ok {
		return nil, nil, phone.ErrClosed
	}
	l.mu.Lock()
	l.gen = gen
	l.mu.Unlock()
	if s != nil {
		return s, g, l.renew(s, r)
	}
	if restart {
		return nil, nil, ErrNoDevices
	}
	return l.newSession(r)
}

// grantAge is after what time a relay grant is too old to begin something with
// it; the server takes it for ten minutes.
const (
	grantAge   = 5 * time.Minute
	renewLimit = 3 * time.Second
)

// renew gets fresh credentials for a restart where the ones in use are old. It
// tries the old ones where the server is away too: the direct path needs none.
func (l *line) renew(s *media.Session, r phone.Route) error {
	if len(l.relays.URIs) == 0 || l.cfg.Now().Sub(l.granted) < grantAge {
		return nil
	}
	ctx, cancel := context.WithTimeout(l.ctx, renewLimit)
	defer cancel()
	relays, err := l.cfg.Relays(ctx)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	l.take(relays)
	plan, err := l.plan(r)
	if err != nil {
		return err
	}
	return s.Renew(plan.ICEServers())
}

// take keeps a grant, and remembers its relays as such for the receipt.
func (l *line) take(relays route.Relays) {
	l.relays, l.granted = relays, l.cfg.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, at := range relays.HostPorts() {
		if !slices.Contains(l.evident.relays, at) {
			l.evident.relays = append(l.evident.relays, at)
		}
	}
}

func (l *line) newSession(r phone.Route) (*media.Session, *route.Gate, error) {
	l.mu.Lock()
	a, v := l.audio, l.video
	l.mu.Unlock()
	if a == nil {
		return nil, nil, ErrNoDevices
	}
	plan, err := l.plan(r)
	if err != nil {
		return nil, nil, err
	}
	engine, peer, err := plan.Settings(l.ctx)
	if err != nil {
		return nil, nil, err
	}
	g := route.NewGate(plan, l.cfg.Locals)
	s, err := media.Open(media.Config{
		Engine: engine, Peer: peer, Audio: a, Video: v, Offerer: l.role == call.Caller,
		OnCandidate: func(c string) { l.localCandidate(g, c) },
		OnState:     l.stateChanged,
	})
	if err != nil {
		return nil, nil, err
	}
	l.mu.Lock()
	closed, local := l.closed, l.local
	if !closed {
		l.session, l.gate = s, g
	}
	l.mu.Unlock()
	if closed {
		_ = s.Close()
		return nil, nil, phone.ErrClosed
	}
	s.SetHeld(local.Held)
	return s, g, nil
}

// plan makes the plan of this call. The direct route does without a relay
// where the server has none; the relayed one never does.
func (l *line) plan(r phone.Route) (route.Plan, error) {
	if len(l.relays.URIs) == 0 {
		relays, err := l.cfg.Relays(l.ctx)
		if err != nil && r != phone.Direct {
			return route.Plan{}, err
		}
		l.take(relays)
		l.noteRelay(relays, netip.Addr{})
	}
	world, err := l.world()
	if err != nil {
		return route.Plan{}, err
	}
	world.Relayed = l.relayed
	return route.NewPlan(r, l.relays, world)
}

// localCandidate comes from pion's goroutine: everything that leaves passes
// the gate, and a refusal ends the call. The empty candidate says that there
// are no more: on a relayed route without any, the gate refuses it.
func (l *line) localCandidate(g *route.Gate, text string) {
	out, err := g.OutCandidate(text)
	if err != nil {
		l.fail(err)
		return
	}
	if out != "" { // the end is not worth a message
		l.sink.LocalCandidate(l.id, l.generation(), out)
	}
}

// stateChanged comes from pion's goroutine.
func (l *line) stateChanged(s media.State) {
	gen := l.generation()
	switch s {
	case media.Connecting:
	case media.Up:
		l.connected()
		l.sink.MediaUp(l.id, gen)
	case media.Down:
		l.sink.MediaDown(l.id, gen)
	case media.Failed:
		l.sink.MediaFailed(l.id, gen, ErrNoPath)
	}
}

// ErrNoPath says that no pair of addresses worked, or the path in use died.
var ErrNoPath = phone.NewFault("no-media-path")

// connected notes the path in use and tells of it, the first time.
func (l *line) connected() {
	at := l.cfg.Now()
	l.mu.Lock()
	s, first, open := l.session, !l.up, !l.closed
	l.up = true
	l.mu.Unlock()
	if !open || s == nil {
		return
	}
	l.note(s)
	if !first {
		return
	}
	local, remote, relayed, _ := s.SelectedPair()
	way := phone.Direct
	if relayed {
		way = phone.Relay
	}
	l.cfg.Emit(phone.MediaConnected{Call: l.id, Route: way, Local: local, Remote: remote, Setup: at.Sub(l.acceptedAt())})
}

// acceptedNow notes when this side knew that the person accepted, once.
func (l *line) acceptedNow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.accepted.IsZero() {
		l.accepted = l.cfg.Now()
	}
}

func (l *line) acceptedAt() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted
}

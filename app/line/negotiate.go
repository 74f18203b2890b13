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

// offer describes this side as the caller.
func (l *line) offer(m call.Making) {
	if !m.Early {
		l.acceptedNow() // the caller learns of it by the PROCEED that asks for this offer
	}
	n, err := l.legFor(m, true)
	if err != nil {
		l.sink.Described(l.id, m.Gen, "", err)
		return
	}
	sdp, err := n.session.Offer(m.Route == phone.NoRoute)
	if err == nil {
		sdp, err = n.gate.OutSDP(sdp)
	}
	l.sink.Described(l.id, m.Gen, sdp, err)
}

// answer describes this side as the callee.
func (l *line) answer(m call.Making, offer string) {
	n, err := l.legFor(m, false)
	if err == nil {
		offer, err = n.gate.InSDP(offer)
	}
	var sdp string
	if err == nil {
		sdp, err = n.session.Answer(offer)
	}
	if err == nil {
		sdp, err = n.gate.OutSDP(sdp)
	}
	l.sink.Described(l.id, m.Gen, sdp, err)
}

// complete gives the other side's answer to the session.
func (l *line) complete(gen uint32, answer string) {
	n := l.newest(gen)
	if n == nil {
		return
	}
	answer, err := n.gate.InSDP(answer)
	if err == nil {
		err = n.session.Complete(answer)
	}
	if err != nil {
		l.sink.MediaFailed(l.id, gen, err)
	}
}

// candidate gives one of the other side's addresses to the session; the gate
// drops what must not be tried.
func (l *line) candidate(gen uint32, text string) {
	n := l.newest(gen)
	if n == nil {
		return
	}
	text, keep, err := n.gate.InCandidate(text)
	if err != nil || !keep {
		return
	}
	if err := n.session.AddCandidate(text); err != nil {
		l.sink.MediaFailed(l.id, gen, err)
	}
}

// legFor returns the leg for a description, making it where it is to be one of
// its own. A restart is about the one in use.
func (l *line) legFor(m call.Making, offerer bool) (*leg, error) {
	if !l.live() {
		return nil, phone.ErrClosed
	}
	if m.Route != phone.NoRoute {
		return l.newLeg(m, offerer)
	}
	l.mu.Lock()
	n := l.inUseLocked()
	if n != nil {
		n.gen = m.Gen
	}
	l.mu.Unlock()
	if n == nil {
		return nil, ErrNoPath
	}
	return n, l.renew(n.session, n.route)
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

// wouldShow is what a direct session would show, as far as it is known before
// there is one.
func (l *line) wouldShow() []string {
	l.mu.Lock()
	g, seenAs := l.inUseLocked(), l.evident.seenAs
	l.mu.Unlock()
	if g == nil {
		return nil
	}
	return g.gate.WouldShow(seenAs)
}

// localCandidate comes from pion's goroutine: everything that leaves passes
// the gate, and a refusal ends the call. The empty candidate says that there
// are no more: on a relayed route without any, the gate refuses it.
func (l *line) localCandidate(n *leg, text string) {
	gen, open := l.generation(n)
	if !open {
		return
	}
	out, err := n.gate.OutCandidate(text)
	if err != nil {
		l.sink.MediaFailed(l.id, gen, err)
		return
	}
	if out != "" { // the end is not worth a message
		l.sink.LocalCandidate(l.id, gen, out)
	}
}

// stateChanged comes from pion's goroutine.
func (l *line) stateChanged(n *leg, s media.State) {
	gen, open := l.generation(n)
	if !open {
		return
	}
	switch s {
	case media.Connecting:
	case media.Up:
		l.sink.MediaUp(l.id, gen, n.proof())
	case media.Down:
		l.sink.MediaDown(l.id, gen)
	case media.Failed:
		l.sink.MediaFailed(l.id, gen, ErrNoPath)
	}
}

// ErrNoPath says that no pair of addresses worked, or the path in use died.
var ErrNoPath = phone.NewFault("no-media-path")

// connected notes the path in use and tells of it, the first time.
func (l *line) connected(n *leg) {
	at := l.cfg.Now()
	l.note(n.session)
	l.mu.Lock()
	first, open := !l.up, !l.closed
	l.up = true
	l.mu.Unlock()
	if !open || !first {
		return
	}
	local, remote, relayed, _ := n.session.SelectedPair()
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

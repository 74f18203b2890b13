package line

import (
	"net/netip"

	"paravent/app/phone"
	"paravent/app/receipt"
	"paravent/app/route"
	"paravent/media"
)

// evidence is what stays of a session for the receipt.
type evidence struct {
	path   phone.Route    // of the pair in use
	local  netip.AddrPort // this end of it
	seenAs netip.Addr     // this phone as the relay sees it
}

// noteRelay remembers as what the relay sees this phone: as the relay said
// itself, else as the server says.
func (l *line) noteRelay(relays route.Relays, seenAs netip.Addr) {
	if !seenAs.IsValid() {
		seenAs = relays.SeenAs
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.evident.seenAs = seenAs
}

// note remembers the path in use.
func (l *line) note(s *media.Session) {
	local, _, relayed, ok := s.SelectedPair()
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.evident.path = phone.Direct
	if relayed {
		l.evident.path = phone.Relay
	}
	l.evident.local, _ = netip.ParseAddrPort(local)
}

// receipt says what was shown until now, from what really left.
func (l *line) receipt() phone.Receipt {
	l.mu.Lock()
	g, e := l.gate, l.evident
	l.mu.Unlock()
	ev := receipt.Evidence{Call: l.id, Route: e.path, Local: e.local}
	if e.seenAs.IsValid() {
		ev.RelaySaw = []netip.AddrPort{netip.AddrPortFrom(e.seenAs, 0)}
	}
	if g != nil {
		ev.Shown, ev.Relayed = g.Shown(), g.Relayed()
	}
	if len(ev.Relayed) > 0 {
		ev.RelayKind = route.Kind(ev.Relayed[0].Addr(), l.cfg.Locals(), e.seenAs)
	}
	return receipt.Build(ev)
}

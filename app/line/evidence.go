package line

import (
	"net/netip"
	"slices"

	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/app/receipt"
	"paravent/app/route"
	"paravent/media"
)

// evidence is what stays of all legs for the receipt.
type evidence struct {
	path   phone.Route    // the widest that carried
	local  netip.AddrPort // this end of it
	remote netip.Addr     // the other end
	seenAs netip.Addr     // this phone as the relay or the server sees it
	server netip.Addr     // this phone as its server saw it: that outlives the connection to the server
	relays []string       // host:port of every relay that was granted
	asked  netip.Addr     // this phone as the relay saw it that was asked for something; zero: none was
}

// noteRelay remembers as what the relay sees this phone: as the relay said
// itself, else as the server says.
func (l *line) noteRelay(relays route.Relays, seenAs netip.Addr) {
	if !seenAs.IsValid() {
		seenAs = relays.SeenAs
	}
	server := l.cfg.ServerSees()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.evident.seenAs, l.evident.server = seenAs, server
	if len(relays.URIs) > 0 {
		l.evident.asked = seenAs
	}
}

// note remembers the path in use.
func (l *line) note(s *media.Session) {
	local, remote, relayed, ok := s.SelectedPair()
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	path := phone.Direct
	if relayed {
		path = phone.Relay
	}
	if path < l.evident.path {
		return // what was shown once stays shown
	}
	l.evident.path = path
	l.evident.local, _ = netip.ParseAddrPort(local)
	far, _ := netip.ParseAddrPort(remote)
	l.evident.remote = far.Addr().Unmap()
}

// receipt says what was shown until now, from what really left.
func (l *line) receipt() phone.Receipt {
	server := l.cfg.ServerSees()
	l.mu.Lock()
	if server.IsValid() {
		l.evident.server = server
	}
	gates, e, meter := slices.Clone(l.gates), l.evident, l.meter
	e.relays = slices.Clone(e.relays)
	l.mu.Unlock()
	ev := receipt.Evidence{Call: l.id, At: l.cfg.Now(), Route: e.path, Local: e.local, RelaySaw: addrs(e.asked), ServerSaw: e.server}
	direct := false
	for _, g := range gates {
		ev.Shown, ev.Relayed = append(ev.Shown, g.Shown()...), append(ev.Relayed, g.Relayed()...)
		direct = direct || g.Route() == phone.Direct
	}
	if meter != nil {
		ev.Flows = flows(meter, e.relays, direct)
	}
	locals := l.cfg.Locals()
	for _, r := range ev.Relayed {
		ev.RelayKind = receipt.Worse(ev.RelayKind, route.Kind(r.Addr(), locals, e.seenAs))
	}
	if leftTheNetwork(e, ev.Flows, locals) {
		ev.Public = e.seenAs
	}
	ev.Own = own(locals, e.seenAs, ev.ServerSaw)
	return receipt.Build(ev)
}

// flows says who is at the other end of what was sent: a relay that was
// granted, the peer where the route allows it, or nobody whom it should be.
func flows(m *egress.Meter, relays []string, direct bool) []receipt.Flow {
	var list []receipt.Flow
	for _, f := range m.Traffic() {
		role := receipt.Other
		switch {
		case slices.ContainsFunc(relays, func(at string) bool { return slices.Contains(m.Named(at), f.Remote) }):
			role = receipt.ToRelay
		case direct:
			role = receipt.ToPeer
		}
		list = append(list, receipt.Flow{Local: f.Local, To: f.Remote, Role: role, Packets: f.Packets, Bytes: f.Bytes})
	}
	return list
}

// leftTheNetwork tells whether a packet for the peer went through a router
// that shows another address of this phone.
func leftTheNetwork(e evidence, flows []receipt.Flow, locals []netip.Prefix) bool {
	shows := func(to netip.Addr) bool {
		return route.Outside(to, locals) && to.Is4() == e.seenAs.Is4() && !e.seenAs.IsLoopback()
	}
	return e.path == phone.Direct && shows(e.remote) || slices.ContainsFunc(flows, func(f receipt.Flow) bool {
		return f.Role != receipt.ToRelay && f.Packets > 0 && shows(f.To.Addr())
	})
}

// own are the addresses by which this phone could be found in its networks and
// from outside.
func own(locals []netip.Prefix, public ...netip.Addr) []netip.Addr {
	var list []netip.Addr
	for _, p := range locals {
		if a := p.Addr(); !a.IsLoopback() && !a.IsLinkLocalUnicast() {
			list = append(list, a)
		}
	}
	for _, a := range public {
		if a.IsValid() && !a.IsLoopback() {
			list = append(list, a)
		}
	}
	return list
}

func addrs(a netip.Addr) []netip.AddrPort {
	if !a.IsValid() {
		return nil
	}
	return []netip.AddrPort{netip.AddrPortFrom(a, 0)}
}

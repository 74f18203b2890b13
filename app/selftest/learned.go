package selftest

import (
	"net"
	"net/netip"
	"slices"

	"paravent/app/hostile"
	"paravent/app/phone"
)

// own are this computer's addresses, as the system lists them.
func own() []netip.Addr {
	list := []netip.Addr{}
	addrs, _ := net.InterfaceAddrs() // none is none: then every address is judged as a stranger's
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			list = append(list, p.Addr().Unmap())
		}
	}
	return list
}

// standing is what an address means to the phone under test.
type standing uint8

const (
	foreign standing = iota // not this phone's
	relays                  // the relay's, which here is this computer too
	ours                    // the phone's own
)

func (w *world) standing(a netip.AddrPort) standing {
	addr := a.Addr().Unmap().WithZone("")
	switch {
	case w.isRelay(netip.AddrPortFrom(addr, a.Port())):
		return relays
	case addr.IsLoopback(), slices.Contains(own(), addr):
		return ours
	}
	return foreign
}

// mayKnow is the policy: before the person accepted, nothing; then the relay's
// address, and the phone's own only where a direct path was agreed.
func (w *world) mayKnow(t *trial, f hostile.Fact) bool {
	open := !t.accepted.IsZero() && !f.At.Before(t.accepted)
	switch w.standing(f.Addr) {
	case foreign:
		return true
	case relays:
		return open || t.rings && t.who.prepared(w.cfg.Settings)
	case ours:
		return open && t.route == phone.Direct
	}
	return false
}

// learned lists what the peer of a trial found out.
func (w *world) learned(t *trial) []phone.Learned {
	list := []phone.Learned{}
	if t.peer == nil {
		return list
	}
	for _, f := range t.peer.Log().Facts() {
		forbid := f.Addr.IsValid() && !w.mayKnow(t, f)
		list = append(list, phone.Learned{Kind: f.Kind, Value: f.Value, From: f.From, Scenario: t.name, Forbid: forbid,
			Relay: f.Addr.IsValid() && w.standing(f.Addr) == relays})
	}
	return list
}

// leaks are the forbidden addresses of a trial.
func (w *world) leaks(t *trial) (list []string) {
	for _, l := range w.learned(t) {
		if l.Forbid && !slices.Contains(list, l.Value) {
			list = append(list, l.Value)
		}
	}
	return list
}

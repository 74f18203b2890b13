// Package receipt turns what really happened in a call into the receipt that
// the person reads. It is pure: it looks at what left through the outgoing
// gate, at the paths in use and at the counters of the sockets, never at
// settings (P7). Any goroutine may use it.
package receipt

import (
	"net/netip"
	"slices"
	"time"

	"paravent/app/phone"
)

// Evidence is what a call left behind. The zero value of a field says that
// there was no such thing.
type Evidence struct {
	Call      phone.CallID
	At        time.Time
	Route     phone.Route      // the widest of the paths in use; NoRoute before there was one
	Shown     []netip.AddrPort // addresses of this phone that left through the gate
	Relayed   []netip.AddrPort // relay addresses that left through the gate
	RelayKind phone.Relaying   // what the relay is worth (P25)
	Local     netip.AddrPort   // this end of a direct path in use: it may have been learned by the checks alone
	Public    netip.Addr       // this phone as the world sees it, where a packet to the peer left the local networks
	RelaySaw  []netip.AddrPort // sockets of this phone as the relay that was asked sees them, also where no address of it was used; port 0 where only the address is known
	ServerSaw netip.Addr       // this phone as its server sees it
	Own       []netip.Addr     // every address by which this phone could be found: its own and its public ones
	Flows     []Flow           // what the call's sockets sent
}

// Role says what is at the other end of a flow.
type Role string

// The roles. A call that is in order has no Other.
const (
	ToRelay Role = "relay"
	ToPeer  Role = "peer"
	Other   Role = "other"
)

// Flow is what one socket of the call sent to one address.
type Flow struct {
	Local, To netip.AddrPort
	Role      Role
	Packets   uint64
	Bytes     uint64
}

// Build writes the receipt. Where the relay hides nothing, its addresses are
// addresses of this phone and are listed as such (P25). A packet that went to
// somebody else than the relay showed where it came from, whatever the route
// was meant to be.
func Build(e Evidence) phone.Receipt {
	kind := e.RelayKind
	if len(e.Relayed) == 0 || kind == "" {
		kind = phone.RelayNone
	}
	peer := texts(e.peerSaw(kind))
	r := phone.Receipt{
		Call: e.Call, At: e.At, Route: e.Route, PeerSaw: peer, RelaySaw: texts(e.RelaySaw),
		ServerSaw: texts([]netip.AddrPort{netip.AddrPortFrom(e.ServerSaw, 0)}), KeptHidden: texts(hidden(e, kind)),
		Hidden:    len(peer) == 0 && len(e.Relayed) == 0 || len(peer) == 0 && kind == phone.RelayElsewhere,
		RelayKind: kind, Traffic: traffic(e.Flows),
	}
	return r
}

func (e Evidence) peerSaw(kind phone.Relaying) []netip.AddrPort {
	saw := slices.Clone(e.Shown)
	if e.Route == phone.Direct {
		saw = append(saw, e.Local)
	}
	outside := e.Route == phone.Direct
	for _, f := range e.Flows {
		if f.Role == ToRelay || f.Packets == 0 {
			continue
		}
		outside = true
		if !f.Local.Addr().IsUnspecified() {
			saw = append(saw, f.Local)
		}
	}
	if outside && !mentions(saw, e.Public) {
		saw = append(saw, netip.AddrPortFrom(e.Public, 0))
	}
	if kind == phone.RelayHere || kind == phone.RelaySameNAT {
		saw = append(saw, e.Relayed...)
	}
	return saw
}

// hidden are the own addresses that the peer did not see. Behind a relay that
// is worth nothing the relay's address is one's own.
func hidden(e Evidence, kind phone.Relaying) []netip.AddrPort {
	saw, out := e.peerSaw(kind), []netip.AddrPort(nil)
	for _, a := range e.Own {
		if !mentions(saw, a) {
			out = append(out, netip.AddrPortFrom(a, 0))
		}
	}
	return out
}

func mentions(list []netip.AddrPort, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.AddrPort) bool { return p.Addr().Unmap() == a.Unmap() })
}

// traffic adds up what went to each address, whichever socket it left by.
func traffic(flows []Flow) []phone.Traffic {
	out := []phone.Traffic{}
	for _, f := range flows {
		if f.Packets == 0 {
			continue
		}
		to := netip.AddrPortFrom(f.To.Addr().Unmap(), f.To.Port()).String()
		i := slices.IndexFunc(out, func(t phone.Traffic) bool { return t.To == to && t.Role == string(f.Role) })
		if i < 0 {
			i = len(out)
			out = append(out, phone.Traffic{To: to, Role: string(f.Role)})
		}
		out[i].Packets += f.Packets
		out[i].Bytes += f.Bytes
	}
	slices.SortFunc(out, func(a, b phone.Traffic) int { return int(b.Packets) - int(a.Packets) })
	return out
}

// Worse is the kind that hides less. "" says nothing.
func Worse(a, b phone.Relaying) phone.Relaying {
	order := []phone.Relaying{"", phone.RelayNone, phone.RelayElsewhere, phone.RelaySameNAT, phone.RelayHere}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// texts lists each valid address once, in a stable order.
func texts(list []netip.AddrPort) []string {
	list = slices.Clone(list)
	for i, a := range list {
		list[i] = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	slices.SortFunc(list, netip.AddrPort.Compare)
	out := []string{}
	for _, a := range slices.Compact(list) {
		switch {
		case !a.Addr().IsValid():
		case a.Port() == 0:
			out = append(out, a.Addr().String())
		default:
			out = append(out, a.String())
		}
	}
	return out
}

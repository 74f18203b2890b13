// Package receipt turns what really happened in a call into the receipt that
// the person reads. It is pure: it looks at what left through the outgoing
// gate and at the path in use, never at settings (P7). Any goroutine may use it.
package receipt

import (
	"net/netip"
	"slices"

	"paravent/app/phone"
)

// Evidence is what a call left behind. The zero value of a field says that
// there was no such thing.
type Evidence struct {
	Call      phone.CallID
	Route     phone.Route      // of the path in use; NoRoute before there is one
	Shown     []netip.AddrPort // addresses of this phone that left through the gate
	Relayed   []netip.AddrPort // relay addresses that left through the gate
	RelayKind phone.Relaying   // what the relay is worth (P25)
	Local     netip.AddrPort   // this end of a direct path in use: it may have been learned by the checks alone
	Public    netip.Addr       // this phone as the world sees it, where a direct path in use left the local networks
	RelaySaw  []netip.AddrPort // sockets of this phone as the relay that was asked sees them, also where no address of it was used; port 0 where only the address is known
}

// Build writes the receipt. Where the relay hides nothing, its addresses are
// addresses of this phone and are listed as such (P25).
func Build(e Evidence) phone.Receipt {
	saw := slices.Clone(e.Shown)
	if e.Route == phone.Direct {
		saw = append(saw, e.Local)
		if !slices.ContainsFunc(saw, func(a netip.AddrPort) bool { return a.Addr().Unmap() == e.Public.Unmap() }) {
			saw = append(saw, netip.AddrPortFrom(e.Public, 0))
		}
	}
	kind := e.RelayKind
	if len(e.Relayed) == 0 || kind == "" {
		kind = phone.RelayNone
	}
	if kind == phone.RelayHere || kind == phone.RelaySameNAT {
		saw = append(saw, e.Relayed...)
	}
	peer := texts(saw)
	return phone.Receipt{
		Call: e.Call, Route: e.Route, PeerSaw: peer, RelaySaw: texts(e.RelaySaw),
		Hidden:    len(peer) == 0 && len(e.Relayed) == 0 || len(peer) == 0 && kind == phone.RelayElsewhere,
		RelayKind: kind,
	}
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

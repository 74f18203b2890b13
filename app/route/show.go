package route

import (
	"net/netip"
	"slices"

	"paravent/app/phone"
)

// WouldShow lists the addresses of this phone that a direct session beside
// this gate's would show the peer: its own, and the one that others see it
// with. Nothing is asked of the network for it.
func (g *Gate) WouldShow(seenAs netip.Addr) []string {
	direct := Gate{plan: g.plan}
	direct.plan.route = phone.Direct
	var list []string
	add := func(a netip.Addr, typ string) {
		a = a.Unmap().WithZone("")
		if s := a.String(); a.IsValid() && direct.mayShow(a, typ) == nil && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, p := range g.locals() {
		add(p.Addr(), typHost)
	}
	add(seenAs, typSrflx)
	return list
}

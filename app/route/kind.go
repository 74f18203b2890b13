package route

import (
	"net/netip"

	"paravent/app/phone"
)

// Kind tells what a relay is worth (P25): relay is the address it relays from,
// locals are this computer's addresses, seenAs is this phone as the relay sees
// it. Only what is known to be elsewhere is called so: with an unknown seenAs
// the answer is the one that claims nothing.
func Kind(relay netip.Addr, locals []netip.Prefix, seenAs netip.Addr) phone.Relaying {
	relay, seenAs = relay.Unmap().WithZone(""), seenAs.Unmap().WithZone("")
	switch {
	case !relay.IsValid():
		return phone.RelayNone
	case relay.IsLoopback(), relay.IsUnspecified(), IsLocal(relay, locals):
		return phone.RelayHere
	case !seenAs.IsValid(), relay == seenAs, sameSite(relay, seenAs):
		return phone.RelaySameNAT
	}
	for _, p := range locals {
		if sameSite(relay, p.Addr()) {
			return phone.RelaySameNAT
		}
	}
	return phone.RelayElsewhere
}

// sameSite: one site shares one public IPv4 address, but one public IPv6 /64.
func sameSite(a, b netip.Addr) bool {
	if !a.Is6() || !b.Is6() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	p, err := a.Prefix(64)
	return err == nil && p.Contains(b)
}

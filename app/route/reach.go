package route

import (
	"net/netip"
	"slices"
)

// forbidden are ranges in which no peer of a call lives: this host, carrier
// NAT, protocol assignments, benchmarks, reserved, and IPv6 forms that carry
// an IPv4 address past a filter. Metadata services live in the first, second
// and in link-local space (P16, P18).
var forbidden = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),        // unspecified, loopback (allowed before this table), IPv4-compatible
	netip.MustParsePrefix("64:ff9b::/96"), // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),      // discard
	netip.MustParsePrefix("2001::/23"),     // Teredo and other protocol assignments
	netip.MustParsePrefix("2002::/16"),     // 6to4
	netip.MustParsePrefix("fec0::/10"),     // site-local
	netip.MustParsePrefix("fd00:ec2::/32"), // a cloud's metadata service
}

// mayReach tells whether packets may be sent to a remote address. Private
// addresses are allowed only on a subnet that this computer is on, or where
// the phone's own relay is, so that a caller cannot have this phone probe its
// network (P18). Its own relay may live anywhere but in link-local space.
func (p Plan) mayReach(a netip.Addr) bool {
	switch {
	case !a.IsValid(), a.Is4In6(), a.Zone() != "":
		return false
	case a.IsLoopback():
		return p.loopback
	case a.IsUnspecified(), a.IsMulticast(), a.IsLinkLocalUnicast():
		return false
	}
	if slices.Contains(p.own, a) {
		return true
	}
	if slices.ContainsFunc(forbidden, func(f netip.Prefix) bool { return f.Contains(a) }) {
		return false
	}
	return !a.IsPrivate() || onSubnet(a, p.opts.Locals())
}

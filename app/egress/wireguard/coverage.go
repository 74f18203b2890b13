package wireguard

import (
	"net/netip"
	"slices"
)

// internet is what a tunnel has to lead to, by family, for calls to work.
var internet = map[bool]netip.Prefix{
	false: netip.MustParsePrefix("0.0.0.0/0"),
	true:  netip.MustParsePrefix("2000::/3"),
}

// special are parts of it that nobody can be called at; files that leave the
// home network out of the tunnel exclude some of them.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("224.0.0.0/3"),
}

// leads tells whether the tunnel leads to an address: the phone has an address
// of its family there, and the provider takes packets for it.
func (c Config) leads(to netip.Addr) bool {
	to = to.Unmap()
	if !to.IsValid() || to.Zone() != "" || to.IsUnspecified() || to.IsLoopback() || to.IsMulticast() || to.IsLinkLocalUnicast() {
		return false
	}
	return slices.ContainsFunc(c.Addresses, func(a netip.Addr) bool { return a.Is6() == to.Is6() }) &&
		slices.ContainsFunc(c.AllowedIPs, func(p netip.Prefix) bool { return p.Contains(to) })
}

// usable tells whether allowed leaves no hole in the internet of a family.
func usable(v6 bool, allowed []netip.Prefix) bool {
	return filled(internet[v6], append(slices.Clone(allowed), special...))
}

// filled tells whether parts together cover whole. It splits whole only where
// some part lies inside it, so that it ends after bits times parts steps.
func filled(whole netip.Prefix, parts []netip.Prefix) bool {
	var inside []netip.Prefix
	for _, p := range parts {
		if p.Bits() <= whole.Bits() && p.Contains(whole.Addr()) {
			return true
		}
		if whole.Contains(p.Addr()) {
			inside = append(inside, p)
		}
	}
	if len(inside) == 0 {
		return false
	}
	low, high := halves(whole)
	return filled(low, inside) && filled(high, inside)
}

// halves splits a prefix that is not a single address.
func halves(p netip.Prefix) (low, high netip.Prefix) {
	b := p.Addr().AsSlice()
	b[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
	second, _ := netip.AddrFromSlice(b)
	return netip.PrefixFrom(p.Addr(), p.Bits()+1), netip.PrefixFrom(second, p.Bits()+1)
}

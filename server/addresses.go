package server

import "net/netip"

// Ranges that lead nowhere, into this computer, or into the server's own
// network (RFC 6890, IANA special-purpose registries, cloud metadata). IPv6
// forms that carry an IPv4 address inside are denied whole.
var (
	neverRanges = parseRanges(
		"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32", "100.100.100.200/32",
		"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
		"5f00::/16", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128")
	privateRanges = parseRanges("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)

func parseRanges(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

// mayReach says whether strangers may have this server send to an address.
// Private ranges count only where they are allowed.
func mayReach(a netip.Addr, private bool) bool {
	if a = a.Unmap().WithZone(""); !a.IsValid() {
		return false
	}
	return !within(a, neverRanges) && (private || !within(a, privateRanges))
}

func within(a netip.Addr, ranges []netip.Prefix) bool {
	for _, r := range ranges {
		if r.Contains(a) {
			return true
		}
	}
	return false
}

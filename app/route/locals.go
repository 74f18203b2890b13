package route

import (
	"net"
	"net/netip"
)

// Locals lists the addresses of this computer, each with the size of its
// subnet. It asks the system every time, since addresses come and go.
func Locals() []netip.Prefix {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	return Prefixes(addrs)
}

// Prefixes reads the addresses of interfaces as the system lists them.
func Prefixes(addrs []net.Addr) []netip.Prefix {
	var list []netip.Prefix
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		if !ok {
			continue
		}
		bits, _ := n.Mask.Size()
		list = append(list, netip.PrefixFrom(ip.Unmap(), bits))
	}
	return list
}

// IsLocal tells whether a is one of this computer's addresses.
func IsLocal(a netip.Addr, locals []netip.Prefix) bool {
	for _, p := range locals {
		if p.Addr() == a {
			return true
		}
	}
	return false
}

// Outside tells whether a packet to a leaves the networks that this computer
// is part of, so that a router on the way may show another address for it.
func Outside(a netip.Addr, locals []netip.Prefix) bool {
	a = a.Unmap().WithZone("")
	return a.IsValid() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !IsLocal(a, locals) && !onSubnet(a, locals)
}

// onSubnet tells whether a shares a subnet with this computer. A prefix of one
// address (a tunnel, or a subnet this computer does not know) shares nothing.
func onSubnet(a netip.Addr, locals []netip.Prefix) bool {
	for _, p := range locals {
		if !p.IsSingleIP() && p.Masked().Contains(a) {
			return true
		}
	}
	return false
}

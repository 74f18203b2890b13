package egress

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/pion/transport/v5"
)

// ResolveIPAddr implements transport.Net.
func (s *sockets) ResolveIPAddr(network, address string) (*net.IPAddr, error) {
	a, err := s.lookup(network, address)
	if err != nil {
		return nil, err
	}
	return &net.IPAddr{IP: a.AsSlice(), Zone: a.Zone()}, nil
}

// ResolveUDPAddr implements transport.Net.
func (s *sockets) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	a, err := s.resolve(network, address)
	if err != nil {
		return nil, err
	}
	return net.UDPAddrFromAddrPort(a), nil
}

// ResolveTCPAddr implements transport.Net.
func (s *sockets) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	a, err := s.resolve(network, address)
	if err != nil {
		return nil, err
	}
	return net.TCPAddrFromAddrPort(a), nil
}

func (s *sockets) resolve(network, address string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := net.LookupPort(network, service) // from a table of this computer, not from the network
	if err != nil {
		return netip.AddrPort{}, err
	}
	a, err := s.lookup(network, host)
	return netip.AddrPortFrom(a, uint16(port)), err
}

// lookup finds one address for host, in the family of network, IPv4 first.
func (s *sockets) lookup(network, host string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		if a = a.Unmap(); !fits(network, a) {
			return netip.Addr{}, fmt.Errorf("%w: %s for %s", transport.ErrNoAddressAssigned, a, network)
		}
		return a, nil
	}
	if err := s.alive(); err != nil {
		return netip.Addr{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	found, err := s.names.LookupNetIP(ctx, family(network), host)
	if err != nil {
		return netip.Addr{}, s.nameFault(err)
	}
	best := netip.Addr{}
	for _, a := range found {
		if a = a.Unmap(); fits(network, a) && (!best.IsValid() || best.Is6() && a.Is4()) {
			best = a
		}
	}
	if !best.IsValid() {
		return best, fmt.Errorf("%w: %s for %s", transport.ErrNoAddressAssigned, host, network)
	}
	return best, nil
}

// family is "ip", "ip4" or "ip6" for a network such as "udp4".
func family(network string) string {
	switch network[len(network)-1] {
	case '4':
		return "ip4"
	case '6':
		return "ip6"
	}
	return "ip"
}

func fits(network string, a netip.Addr) bool {
	f := family(network)
	return f == "ip" || a.Is4() == (f == "ip4")
}

// Interfaces implements transport.Net.
func (s *sockets) Interfaces() ([]*transport.Interface, error) { return s.list() }

// InterfaceByIndex implements transport.Net.
func (s *sockets) InterfaceByIndex(index int) (*transport.Interface, error) {
	return s.find(func(i *transport.Interface) bool { return i.Index == index })
}

// InterfaceByName implements transport.Net.
func (s *sockets) InterfaceByName(name string) (*transport.Interface, error) {
	return s.find(func(i *transport.Interface) bool { return i.Name == name })
}

func (s *sockets) find(match func(*transport.Interface) bool) (*transport.Interface, error) {
	list, err := s.list()
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		if match(i) {
			return i, nil
		}
	}
	return nil, transport.ErrInterfaceNotFound
}

// Resolver looks up names by n, for those who dial addresses themselves.
func Resolver(n Network) func(ctx context.Context, host string) ([]netip.Addr, error) {
	return func(ctx context.Context, host string) ([]netip.Addr, error) {
		a, err := n.Net().ResolveIPAddr("ip", host)
		if err != nil {
			return nil, err
		}
		found, _ := netip.AddrFromSlice(a.IP)
		return []netip.Addr{found.Unmap()}, ctx.Err()
	}
}

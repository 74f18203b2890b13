package egress

import (
	"net"
	"net/netip"

	"github.com/pion/transport/v5"

	"paravent/app/route"
)

// system lets the operating system choose.
type system struct{ sockets }

// System is the way out that the operating system chooses for each packet. It
// is never lost and closing it does nothing.
func System() Network {
	return &system{sockets{names: net.DefaultResolver, list: everyInterface, alive: func() error { return nil }}}
}

func (s *system) Net() transport.Net   { return &s.sockets }
func (*system) Locals() []netip.Prefix { return route.Locals() }
func (*system) Lost() <-chan struct{}  { return nil }
func (*system) Close() error           { return nil }

func everyInterface() ([]*transport.Interface, error) {
	found, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	list := make([]*transport.Interface, 0, len(found))
	for _, f := range found {
		i, err := describe(f)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

// describe reads an interface's addresses, as they are now, but for those of
// the link alone: pion would try paths from them without telling, and they can
// hold the number of the network card.
func describe(f net.Interface) (*transport.Interface, error) {
	addrs, err := f.Addrs()
	if err != nil {
		return nil, err
	}
	i := transport.NewInterface(f)
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); !ok || !n.IP.IsLinkLocalUnicast() {
			i.AddAddress(a)
		}
	}
	return i, nil
}

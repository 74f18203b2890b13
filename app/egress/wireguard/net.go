package wireguard

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/pion/transport/v5"
)

const (
	interfaceName = "wireguard"
	dialLimit     = 10 * time.Second // where the caller gives none
)

var _ transport.Net = (*inside)(nil)

// ListenPacket opens a UDP socket.
func (n *inside) ListenPacket(network, address string) (net.PacketConn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && host == "" {
		address = net.JoinHostPort("::", port)
	}
	local, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	c, err := n.listenUDP(network, local)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ListenUDP opens a UDP socket.
func (n *inside) ListenUDP(network string, local *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.listenUDP(network, udpAddrPort(local))
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ListenTCP fails: nobody can connect to a phone behind a provider.
func (n *inside) ListenTCP(network string, _ *net.TCPAddr) (transport.TCPListener, error) {
	return nil, &net.OpError{Op: "listen", Net: network, Err: errNotSupported}
}

// Dial connects by TCP or UDP to an address or a name.
func (n *inside) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	return n.dial(ctx, network, address)
}

// DialUDP opens a UDP socket for one remote address.
func (n *inside) DialUDP(network string, local, to *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.dialUDP(network, udpAddrPort(local), udpAddrPort(to))
	if err != nil {
		return nil, err
	}
	return c, nil
}

// DialTCP connects.
func (n *inside) DialTCP(network string, local, to *net.TCPAddr) (transport.TCPConn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	c, err := n.dialTCP(ctx, network, tcpAddrPort(local), tcpAddrPort(to))
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ResolveIPAddr finds one address of a host.
func (n *inside) ResolveIPAddr(network, host string) (*net.IPAddr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	found, err := n.lookup(ctx, network, host)
	if err != nil {
		return nil, err
	}
	return &net.IPAddr{IP: found[0].AsSlice()}, nil
}

// ResolveUDPAddr finds one address of host:port.
func (n *inside) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	found, err := n.resolveFirst(network, address)
	if err != nil {
		return nil, err
	}
	return net.UDPAddrFromAddrPort(found), nil
}

// ResolveTCPAddr finds one address of host:port.
func (n *inside) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	found, err := n.resolveFirst(network, address)
	if err != nil {
		return nil, err
	}
	return net.TCPAddrFromAddrPort(found), nil
}

func (n *inside) resolveFirst(network, address string) (netip.AddrPort, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	found, err := n.resolve(ctx, network, address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return found[0], nil
}

// Interfaces are one: the tunnel, with the phone's addresses in it.
func (n *inside) Interfaces() ([]*transport.Interface, error) {
	return []*transport.Interface{n.device()}, nil
}

// InterfaceByIndex is the tunnel for 1.
func (n *inside) InterfaceByIndex(index int) (*transport.Interface, error) {
	if i := n.device(); i.Index == index {
		return i, nil
	}
	return nil, transport.ErrInterfaceNotFound
}

// InterfaceByName is the tunnel for its name.
func (n *inside) InterfaceByName(name string) (*transport.Interface, error) {
	if i := n.device(); i.Name == name {
		return i, nil
	}
	return nil, transport.ErrInterfaceNotFound
}

func (n *inside) device() *transport.Interface {
	i := transport.NewInterface(net.Interface{
		Index: 1, MTU: n.stack.mtu, Name: interfaceName,
		Flags: net.FlagUp | net.FlagRunning | net.FlagPointToPoint,
	})
	for _, a := range n.cfg.Addresses {
		i.AddAddress(&net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(a.BitLen(), a.BitLen())})
	}
	return i
}

// CreateDialer is a dialer of the tunnel's, with the time limits of d.
func (n *inside) CreateDialer(d *net.Dialer) transport.Dialer { return dialer{n, d} }

type dialer struct {
	n *inside
	d *net.Dialer
}

// Dial connects, from whichever of the phone's addresses fits.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	if d.d == nil {
		return d.n.dial(ctx, network, address)
	}
	if d.d.LocalAddr != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Source: d.d.LocalAddr, Err: errNotSupported}
	}
	if d.d.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, d.d.Timeout)
		defer cancel()
	}
	if !d.d.Deadline.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, d.d.Deadline)
		defer cancel()
	}
	return d.n.dial(ctx, network, address)
}

// CreateListenConfig opens packet sockets of the tunnel's. What the system's
// sockets would be told by c means nothing there.
func (n *inside) CreateListenConfig(*net.ListenConfig) transport.ListenConfig { return listener{n} }

type listener struct{ n *inside }

func (l listener) Listen(_ context.Context, network, _ string) (net.Listener, error) {
	return nil, &net.OpError{Op: "listen", Net: network, Err: errNotSupported}
}

func (l listener) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	return l.n.ListenPacket(network, address)
}

func udpAddrPort(a *net.UDPAddr) netip.AddrPort {
	if a == nil {
		return netip.AddrPort{}
	}
	return addrPort(a)
}

func tcpAddrPort(a *net.TCPAddr) netip.AddrPort {
	if a == nil {
		return netip.AddrPort{}
	}
	return addrPort(a)
}

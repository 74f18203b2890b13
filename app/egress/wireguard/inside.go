package wireguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
)

var (
	errNotSupported = errors.New("not possible inside the tunnel")
	errNotOurs      = errors.New("not an address of this phone inside the tunnel")
)

// inside is the network inside the tunnel. It has no way to the system's: what
// it cannot do fails. Its methods in net.go are those that pion asks for.
type inside struct {
	cfg   Config
	stack *stack
	names *names
}

func newInside(cfg Config, s *stack) *inside {
	n := &inside{cfg: cfg, stack: s}
	n.names = &names{servers: cfg.DNS, dial: n.connect}
	for _, a := range cfg.Addresses {
		n.names.v4, n.names.v6 = n.names.v4 || a.Is4(), n.names.v6 || a.Is6()
	}
	return n
}

// dial connects by TCP or UDP to an address or a name, trying one address
// after the other.
func (n *inside) dial(ctx context.Context, network, address string) (net.Conn, error) {
	candidates, err := n.resolve(ctx, network, address)
	if err != nil {
		return nil, err
	}
	var failed error
	for i, to := range candidates {
		c, err := n.attempt(ctx, network, to, len(candidates)-i)
		if err == nil {
			return c, nil
		}
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// attempt connects within this attempt's share of the time that is left.
func (n *inside) attempt(ctx context.Context, network string, to netip.AddrPort, left int) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok {
		share, cancel := context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
		ctx = share
	}
	return n.connect(ctx, network, to)
}

// connect connects to one address.
func (n *inside) connect(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	if strings.HasPrefix(network, "tcp") {
		c, err := n.dialTCP(ctx, network, netip.AddrPort{}, to)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	c, err := n.dialUDP(network, netip.AddrPort{}, to)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (n *inside) dialTCP(ctx context.Context, network string, local, to netip.AddrPort) (*tcpConn, error) {
	from, err := n.toward("tcp", network, local, to)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	c, err := gonet.DialTCPWithBind(ctx, n.stack.ip, full(from), full(to), protocol(to.Addr()))
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	return &tcpConn{TCPConn: c, ended: ended{stack: n.stack}}, nil
}

func (n *inside) dialUDP(network string, local, to netip.AddrPort) (*udpConn, error) {
	from, err := n.toward("udp", network, local, to)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	here, there := full(from), full(to)
	c, err := gonet.DialUDP(n.stack.ip, &here, &there, protocol(to.Addr()))
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	return &udpConn{UDPConn: c, ended: ended{stack: n.stack}, leads: n.cfg.leads}, nil
}

func (n *inside) listenUDP(network string, local netip.AddrPort) (*udpConn, error) {
	from, err := n.local("udp", network, local)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	here := full(from)
	c, err := gonet.DialUDP(n.stack.ip, &here, nil, protocol(from.Addr()))
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	return &udpConn{UDPConn: c, ended: ended{stack: n.stack}, leads: n.cfg.leads}, nil
}

// toward finds the phone's address to send from to another one.
func (n *inside) toward(kind, network string, local, to netip.AddrPort) (netip.AddrPort, error) {
	if _, err := n.local(kind, network, netip.AddrPort{}); err != nil {
		return netip.AddrPort{}, err
	}
	if !n.cfg.leads(to.Addr()) || !allows(network, to.Addr()) {
		return netip.AddrPort{}, ErrNotCovered
	}
	if to.Addr().Is6() {
		return n.local(kind, kind+"6", local)
	}
	return n.local(kind, kind+"4", local)
}

// local finds the phone's address to open a socket at: the wanted one, or the
// first that the network allows, so that it is always known.
func (n *inside) local(kind, network string, wanted netip.AddrPort) (netip.AddrPort, error) {
	switch network {
	case kind, kind + "4", kind + "6":
	default:
		return netip.AddrPort{}, net.UnknownNetworkError(network)
	}
	if n.stack.closed.Load() {
		return netip.AddrPort{}, net.ErrClosed
	}
	for _, a := range n.cfg.Addresses {
		any := !wanted.Addr().IsValid() || wanted.Addr().IsUnspecified()
		if allows(network, a) && (any || wanted.Addr() == a) {
			return netip.AddrPortFrom(a, wanted.Port()), nil
		}
	}
	return netip.AddrPort{}, errNotOurs
}

// allows tells whether a network's name allows an address's family.
func allows(network string, a netip.Addr) bool {
	return a.Is6() && !strings.HasSuffix(network, "4") || a.Is4() && !strings.HasSuffix(network, "6")
}

// resolve finds the addresses that host:port stands for and the tunnel leads to.
func (n *inside) resolve(ctx context.Context, network, address string) ([]netip.AddrPort, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, &net.AddrError{Err: "the port is no number", Addr: portText}
	}
	found, err := n.lookup(ctx, network, host)
	if err != nil {
		return nil, err
	}
	out := make([]netip.AddrPort, len(found))
	for i, a := range found {
		out[i] = netip.AddrPortFrom(a, uint16(port))
	}
	return out, nil
}

// lookup finds the addresses that host stands for and the tunnel leads to.
func (n *inside) lookup(ctx context.Context, network, host string) ([]netip.Addr, error) {
	found, err := n.names.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	var out []netip.Addr
	for _, a := range found {
		if a = a.Unmap(); n.cfg.leads(a) && allows(network, a) {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: by %s", ErrNotCovered, network)
	}
	return out, nil
}

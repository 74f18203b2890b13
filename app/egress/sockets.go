package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/pion/transport/v5"
)

// lookupTimeout bounds a question for a name where the caller has no context.
const lookupTimeout = 4 * time.Second

// sockets opens every socket of one way out. It accepts no connections: calls
// have no use for that.
type sockets struct {
	alive  func() error                                                // asked before a socket opens: why there can be none any more
	pin    func(network, address string, c syscall.RawConn) error      // ties a socket that was made and not yet used; nil: the system chooses
	source func(network string, toward netip.Addr) (netip.Addr, error) // the address to send from, where pin alone is not enough; nil: any
	names  *net.Resolver
	list   func() ([]*transport.Interface, error)

	partings partings
}

var _ transport.Net = (*sockets)(nil)

// DialContext connects. The name in address is resolved by the same way out.
func (s *sockets) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return s.dial(ctx, network, nil, address)
}

func (s *sockets) dial(ctx context.Context, network string, local net.Addr, address string) (net.Conn, error) {
	if err := s.alive(); err != nil {
		return nil, err
	}
	d := net.Dialer{Control: s.pin, Resolver: s.names, LocalAddr: local}
	if local == nil && s.source != nil {
		from, err := s.sourceOf(network, address)
		if err != nil {
			return nil, err
		}
		d.LocalAddr = from
	}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, s.nameFault(err)
	}
	if s.pin != nil {
		conn = quiet(conn, &s.partings)
	}
	return conn, nil
}

// sourceOf is the local address for a connection to address.
func (s *sockets) sourceOf(network, address string) (net.Addr, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	toward, _ := netip.ParseAddr(host) // the zero Addr for a name
	from, err := s.source(network, toward)
	if err != nil {
		return nil, err
	}
	if network[0] == 't' {
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), nil
	}
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), nil
}

// nameFault names the failure of a resolver that has only one way to ask.
func (s *sockets) nameFault(err error) error {
	if _, isName := errors.AsType[*net.DNSError](err); isName && s.pin != nil {
		return fmt.Errorf("%w: %w", ErrNames, err)
	}
	return err
}

// unspecified is where a socket listens that is bound to no address.
var unspecified = map[string]string{"ip": "[::]", "ip4": "0.0.0.0", "ip6": "[::]"}

// ListenPacket implements transport.Net for UDP and literal addresses: a name
// would be resolved by the system.
func (s *sockets) ListenPacket(network, address string) (net.PacketConn, error) {
	if strings.HasPrefix(address, ":") {
		address = unspecified[family(network)] + address
	}
	local, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w: listen on %q", transport.ErrNotSupported, address)
	}
	return s.ListenUDP(network, net.UDPAddrFromAddrPort(local))
}

// ListenUDP implements transport.Net.
func (s *sockets) ListenUDP(network string, local *net.UDPAddr) (transport.UDPConn, error) {
	if err := s.alive(); err != nil {
		return nil, err
	}
	address := ":0"
	if local != nil {
		address = local.String()
	}
	if s.source != nil && (local == nil || local.IP == nil || local.IP.IsUnspecified()) {
		from, err := s.source(network, netip.Addr{})
		if err != nil {
			return nil, err
		}
		port := uint16(0)
		if local != nil {
			port = local.AddrPort().Port()
		}
		address = netip.AddrPortFrom(from, port).String()
	}
	lc := net.ListenConfig{Control: s.pin}
	conn, err := lc.ListenPacket(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%w: %s", transport.ErrNotSupported, network), conn.Close())
	}
	if s.pin != nil {
		return quietPackets{addrPortUDP{udp}}, nil
	}
	return udp, nil
}

// Dial implements transport.Net.
func (s *sockets) Dial(network, address string) (net.Conn, error) {
	return s.DialContext(context.Background(), network, address)
}

// DialUDP implements transport.Net.
func (s *sockets) DialUDP(network string, local, remote *net.UDPAddr) (transport.UDPConn, error) {
	return dialAs[transport.UDPConn](s, network, addrOrNil(local), remote)
}

// DialTCP implements transport.Net.
func (s *sockets) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	return dialAs[transport.TCPConn](s, network, addrOrNil(local), remote)
}

func dialAs[C net.Conn](s *sockets, network string, local, remote net.Addr) (c C, err error) {
	conn, err := s.dial(context.Background(), network, local, remote.String())
	if err != nil {
		return c, err
	}
	c, ok := conn.(C)
	if !ok {
		return c, errors.Join(fmt.Errorf("%w: %s", transport.ErrNotSupported, network), conn.Close())
	}
	return c, nil
}

// addrOrNil keeps a nil pointer from becoming an interface that is not nil.
func addrOrNil[A any, P interface {
	*A
	net.Addr
}](a P) net.Addr {
	if a == nil {
		return nil
	}
	return a
}

// ListenTCP implements transport.Net: no call accepts connections.
func (*sockets) ListenTCP(string, *net.TCPAddr) (transport.TCPListener, error) {
	return nil, transport.ErrNotSupported
}

// CreateDialer implements transport.Net; of the dialer it takes the timeout only.
func (s *sockets) CreateDialer(d *net.Dialer) transport.Dialer { return dialer{s, d.Timeout} }

// CreateListenConfig implements transport.Net.
func (s *sockets) CreateListenConfig(*net.ListenConfig) transport.ListenConfig {
	return listenConfig{s}
}

// dialer is a transport.Dialer over a way out.
type dialer struct {
	out interface {
		DialContext(context.Context, string, string) (net.Conn, error)
	}
	timeout time.Duration
}

func (d dialer) Dial(network, address string) (net.Conn, error) {
	ctx := context.Background()
	if d.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.timeout)
		defer cancel()
	}
	return d.out.DialContext(ctx, network, address)
}

// listenConfig is a transport.ListenConfig over a way out.
type listenConfig struct {
	out interface {
		ListenPacket(network, address string) (net.PacketConn, error)
	}
}

func (listenConfig) Listen(context.Context, string, string) (net.Listener, error) {
	return nil, transport.ErrNotSupported
}

func (l listenConfig) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	return l.out.ListenPacket(network, address)
}

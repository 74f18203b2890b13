package wireguard

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.zx2c4.com/wireguard/conn"
)

const (
	transportMessage = 4 // the type of WireGuard's messages that carry data
	maxFailures      = 20
	failurePause     = 100 * time.Millisecond
)

// outer is the tunnel's own way to the provider: one socket for each family
// that the provider has an address of. What comes from elsewhere is dropped.
type outer struct {
	listen   func(network string) (net.PacketConn, error)
	provider []netip.AddrPort

	met    chan struct{} // closed when the provider has completed a handshake
	broken chan struct{} // closed when a socket is beyond use
	once   struct{ met, broken sync.Once }

	mu      sync.Mutex
	sockets map[string]net.PacketConn // by network
	closing chan struct{}
}

func newOuter(provider []netip.AddrPort, listen func(network string) (net.PacketConn, error)) *outer {
	return &outer{listen: listen, provider: provider, met: make(chan struct{}), broken: make(chan struct{})}
}

func networkOf(a netip.Addr) string {
	if a.Is4() {
		return "udp4"
	}
	return "udp6"
}

// Open opens the sockets. One family is enough: this computer may lack the other.
func (o *outer) Open(uint16) ([]conn.ReceiveFunc, uint16, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sockets, o.closing = map[string]net.PacketConn{}, make(chan struct{})
	var receive []conn.ReceiveFunc
	var failed error
	for _, ap := range o.provider {
		network := networkOf(ap.Addr())
		if o.sockets[network] != nil {
			continue
		}
		socket, err := o.listen(network)
		if err != nil {
			failed = err
			continue
		}
		o.sockets[network] = socket
		receive = append(receive, o.receiver(socket, o.closing))
	}
	if len(receive) == 0 {
		return nil, 0, failed
	}
	return receive, 0, nil
}

// receiver reads one socket. It goes on after errors, since some systems
// report there that an earlier packet was refused.
func (o *outer) receiver(socket net.PacketConn, closing <-chan struct{}) conn.ReceiveFunc {
	return func(packets [][]byte, sizes []int, eps []conn.Endpoint) (int, error) {
		for failures := 0; ; {
			n, from, err := socket.ReadFrom(packets[0])
			if err != nil {
				if failures++; !o.again(err, failures, closing) {
					return 0, net.ErrClosed
				}
				continue
			}
			if ap := addrPort(from); slices.Contains(o.provider, ap) {
				sizes[0], eps[0] = n, remote(ap)
				return 1, nil
			}
		}
	}
}

// again waits before the next attempt to read, and tells whether there is one.
func (o *outer) again(err error, failures int, closing <-chan struct{}) bool {
	select {
	case <-closing:
		return false
	default:
	}
	if errors.Is(err, net.ErrClosed) || failures > maxFailures {
		o.once.broken.Do(func() { close(o.broken) })
		return false
	}
	select {
	case <-closing:
		return false
	case <-time.After(failurePause):
		return true
	}
}

// Send sends packets to the provider. The first that carries data proves a
// completed handshake: WireGuard has no key for it before.
func (o *outer) Send(packets [][]byte, to conn.Endpoint) error {
	ap, ok := to.(remote)
	if !ok {
		return conn.ErrWrongEndpointType
	}
	o.mu.Lock()
	socket := o.sockets[networkOf(netip.AddrPort(ap).Addr())]
	o.mu.Unlock()
	if socket == nil {
		return net.ErrClosed
	}
	for _, packet := range packets {
		if _, err := socket.WriteTo(packet, net.UDPAddrFromAddrPort(netip.AddrPort(ap))); err != nil {
			return err
		}
		if len(packet) > 0 && packet[0] == transportMessage {
			o.once.met.Do(func() { close(o.met) })
		}
	}
	return nil
}

// Close closes the sockets.
func (o *outer) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil {
		close(o.closing)
		o.closing = nil
	}
	var failed error
	for _, socket := range o.sockets {
		failed = errors.Join(failed, socket.Close())
	}
	o.sockets = nil
	return failed
}

// ParseEndpoint reads an address of the provider.
func (o *outer) ParseEndpoint(s string) (conn.Endpoint, error) {
	ap, err := netip.ParseAddrPort(s)
	return remote(ap), err
}

// SetMark is for routing by marks, which a given socket does not need.
func (o *outer) SetMark(uint32) error { return nil }

// BatchSize is one: calls have few packets.
func (o *outer) BatchSize() int { return 1 }

// remote is the provider's address.
type remote netip.AddrPort

func (r remote) ClearSrc()           {}
func (r remote) SrcToString() string { return "" }
func (r remote) SrcIP() netip.Addr   { return netip.Addr{} }
func (r remote) DstIP() netip.Addr   { return netip.AddrPort(r).Addr() }
func (r remote) DstToString() string { return netip.AddrPort(r).String() }
func (r remote) DstToBytes() []byte {
	b, _ := netip.AddrPort(r).MarshalBinary() // cannot fail
	return b
}

// addrPort is a socket's address, without the form that IPv4 has in IPv6.
func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.UDPAddr:
		ap = a.AddrPort()
	case *net.TCPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

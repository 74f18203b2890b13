package wireguard

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.zx2c4.com/wireguard/tun"
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	gvisor "gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

const (
	nic        = 1
	queued     = 1024    // packets on their way to WireGuard; more are dropped
	udpBuffer  = 1 << 20 // a picture's packets come at once
	udpCeiling = 4 << 20
)

// stack is the TCP/IP of the tunnel, which shares nothing with the system's.
// WireGuard takes IP packets from it (Read) and brings others (Write).
type stack struct {
	ip     *gvisor.Stack
	link   *channel.Endpoint
	mtu    int
	events chan tun.Event
	epoch  time.Time
	once   sync.Once
	closed atomic.Bool

	// When the first packet left that nothing was heard after, as nanoseconds
	// since epoch; 0 while there is none.
	waiting atomic.Int64
}

func newStack(addresses []netip.Addr, mtu int) (*stack, error) {
	s := &stack{
		ip: gvisor.New(gvisor.Options{
			NetworkProtocols:   []gvisor.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol},
			TransportProtocols: []gvisor.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol},
			HandleLocal:        true,
		}),
		link:   channel.New(queued, uint32(mtu), ""),
		mtu:    mtu,
		events: make(chan tun.Event),
		epoch:  time.Now(),
	}
	if err := s.configure(addresses); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("stack of the tunnel: %v", err)
	}
	return s, nil
}

func (s *stack) configure(addresses []netip.Addr) tcpip.Error {
	sack := tcpip.TCPSACKEnabled(true)
	if err := s.ip.SetTransportProtocolOption(tcp.ProtocolNumber, &sack); err != nil {
		return err
	}
	if err := s.ip.SetOption(tcpip.ReceiveBufferSizeOption{Min: 4096, Default: udpBuffer, Max: udpCeiling}); err != nil {
		return err
	}
	if err := s.ip.CreateNIC(nic, s.link); err != nil {
		return err
	}
	for _, a := range addresses {
		at := tcpip.ProtocolAddress{Protocol: protocol(a), AddressWithPrefix: tcpip.AddrFromSlice(a.AsSlice()).WithPrefix()}
		if err := s.ip.AddProtocolAddress(nic, at, gvisor.AddressProperties{}); err != nil {
			return err
		}
	}
	s.ip.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}, {Destination: header.IPv6EmptySubnet, NIC: nic}})
	return nil
}

// protocol is the network protocol of an address.
func protocol(a netip.Addr) tcpip.NetworkProtocolNumber {
	if a.Is4() {
		return ipv4.ProtocolNumber
	}
	return ipv6.ProtocolNumber
}

// full is an address and port as the stack names them.
func full(ap netip.AddrPort) tcpip.FullAddress {
	return tcpip.FullAddress{NIC: nic, Addr: tcpip.AddrFromSlice(ap.Addr().AsSlice()), Port: ap.Port()}
}

// Read hands WireGuard the next packet that leaves.
func (s *stack) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	packet := s.link.ReadContext(context.Background()) // ends with Close
	if packet == nil {
		return 0, os.ErrClosed
	}
	defer packet.DecRef()
	n := offset
	for _, part := range packet.AsSlices() {
		n += copy(bufs[0][n:], part)
	}
	sizes[0] = n - offset
	s.waiting.CompareAndSwap(0, int64(s.now()))
	return 1, nil
}

// now is the time since epoch, never 0.
func (s *stack) now() time.Duration { return max(1, time.Since(s.epoch)) }

// Write takes packets that WireGuard has received.
func (s *stack) Write(bufs [][]byte, offset int) (int, error) {
	for i, buf := range bufs {
		data := buf[offset:]
		if len(data) == 0 {
			continue
		}
		var number tcpip.NetworkProtocolNumber
		switch data[0] >> 4 {
		case 4:
			number = header.IPv4ProtocolNumber
		case 6:
			number = header.IPv6ProtocolNumber
		default:
			return i, syscall.EAFNOSUPPORT
		}
		packet := gvisor.NewPacketBuffer(gvisor.PacketBufferOptions{Payload: buffer.MakeWithData(data)})
		s.link.InjectInbound(number, packet)
		packet.DecRef()
	}
	return len(bufs), nil
}

// Close ends all connections of the stack.
func (s *stack) Close() error {
	s.once.Do(func() {
		s.closed.Store(true)
		s.ip.Close()
		s.ip.RemoveNIC(nic)
		s.link.Close()
		close(s.events)
	})
	return nil
}

// The rest of tun.Device.

func (s *stack) File() *os.File           { return nil }
func (s *stack) MTU() (int, error)        { return s.mtu, nil }
func (s *stack) Name() (string, error)    { return "paravent", nil }
func (s *stack) Events() <-chan tun.Event { return s.events }
func (s *stack) BatchSize() int           { return 1 }

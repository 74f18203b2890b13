package egress

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/pion/transport/v5"
)

// meteredNet opens the sockets of the Net below, all of them counted.
type meteredNet struct {
	transport.Net
	m *Meter
}

func (n meteredNet) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	a, err := n.Net.ResolveUDPAddr(network, address)
	if err == nil {
		n.m.name(address, a)
	}
	return a, err
}

func (n meteredNet) ListenPacket(network, address string) (net.PacketConn, error) {
	conn, err := n.Net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	return n.m.packets(conn), nil
}

func (n meteredNet) ListenUDP(network string, local *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.ListenUDP(network, local)
	if err != nil {
		return nil, err
	}
	return countedUDP{conn, n.m.packets(conn)}, nil
}

func (n meteredNet) Dial(network, address string) (net.Conn, error) {
	return n.m.DialContext(context.Background(), network, address)
}

func (n meteredNet) DialUDP(network string, local, remote *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.DialUDP(network, local, remote)
	if err != nil {
		return nil, err
	}
	return countedUDP{conn, n.m.packets(conn)}, nil
}

func (n meteredNet) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	conn, err := n.Net.DialTCP(network, local, remote)
	if err != nil {
		return nil, err
	}
	return countedTCP{conn, n.m.fixed(conn)}, nil
}

// ListenTCP: no call accepts connections.
func (meteredNet) ListenTCP(string, *net.TCPAddr) (transport.TCPListener, error) {
	return nil, transport.ErrNotSupported
}

func (n meteredNet) CreateDialer(d *net.Dialer) transport.Dialer { return dialer{n.m, d.Timeout} }

func (n meteredNet) CreateListenConfig(*net.ListenConfig) transport.ListenConfig {
	return listenConfig{n}
}

// addrPortConn is what ICE looks for in a socket (ice.AddrPortReaderWriter), to
// send and receive without allocating.
type addrPortConn interface {
	ReadFromAddrPort(p []byte) (int, netip.AddrPort, error)
	WriteToAddrPort(p []byte, to netip.AddrPort) (int, error)
}

// addrPortUDP is addrPortConn by the system's own way without allocations.
type addrPortUDP struct{ *net.UDPConn }

func (c addrPortUDP) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	return c.ReadFromUDPAddrPort(p)
}

func (c addrPortUDP) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	return c.WriteToUDPAddrPort(p, to)
}

// countedPackets counts what a packet socket sends. Media sends many packets
// in turn to one address: its flow is kept at hand.
type countedPackets struct {
	net.PacketConn
	m     *Meter
	local netip.AddrPort
	fast  addrPortConn // sends without allocating; nil where the socket cannot
	last  atomic.Pointer[flow]
}

// packets counts what conn sends.
func (m *Meter) packets(conn net.PacketConn) *countedPackets {
	c := &countedPackets{PacketConn: conn, m: m, local: addrPort(conn.LocalAddr())}
	switch conn := conn.(type) {
	case *net.UDPConn:
		c.fast = addrPortUDP{conn}
	case addrPortConn:
		c.fast = conn
	}
	return c
}

func (c *countedPackets) count(remote netip.AddrPort, n int) {
	if remote.Addr().Is4In6() {
		remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	}
	f := c.last.Load()
	if f == nil || f.remote != remote {
		f = c.m.flow(ends{c.local, remote})
		c.last.Store(f)
	}
	f.packets.Add(1)
	f.bytes.Add(uint64(n))
}

// WriteTo implements net.PacketConn.
func (c *countedPackets) WriteTo(p []byte, to net.Addr) (int, error) {
	n, err := c.PacketConn.WriteTo(p, to)
	if err == nil {
		c.count(addrPort(to), n)
	}
	return n, err
}

// WriteToAddrPort implements addrPortConn.
func (c *countedPackets) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	if c.fast == nil {
		return c.WriteTo(p, net.UDPAddrFromAddrPort(to))
	}
	n, err := c.fast.WriteToAddrPort(p, to)
	if err == nil {
		c.count(to, n)
	}
	return n, err
}

// ReadFromAddrPort implements addrPortConn.
func (c *countedPackets) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	if c.fast != nil {
		return c.fast.ReadFromAddrPort(p)
	}
	n, from, err := c.ReadFrom(p)
	return n, addrPort(from), err
}

// countedUDP is countedPackets with the rest of transport.UDPConn.
type countedUDP struct {
	transport.UDPConn
	counted *countedPackets
}

func (c countedUDP) WriteTo(p []byte, to net.Addr) (int, error) { return c.counted.WriteTo(p, to) }

func (c countedUDP) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	return c.counted.WriteToAddrPort(p, to)
}

func (c countedUDP) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	return c.counted.ReadFromAddrPort(p)
}

func (c countedUDP) WriteToUDP(p []byte, to *net.UDPAddr) (int, error) {
	n, err := c.UDPConn.WriteToUDP(p, to)
	if err == nil {
		c.counted.count(addrPort(to), n)
	}
	return n, err
}

func (c countedUDP) Write(p []byte) (int, error) {
	n, err := c.UDPConn.Write(p)
	if err == nil {
		c.counted.count(addrPort(c.RemoteAddr()), n)
	}
	return n, err
}

func (c countedUDP) WriteMsgUDP(p, oob []byte, to *net.UDPAddr) (n, oobn int, err error) {
	n, oobn, err = c.UDPConn.WriteMsgUDP(p, oob, to)
	remote := c.RemoteAddr()
	if to != nil {
		remote = to
	}
	if err == nil {
		c.counted.count(addrPort(remote), n)
	}
	return n, oobn, err
}

// countedStream counts the writes of a connection. io.Copy uses them too.
type countedStream struct {
	net.Conn
	flow *flow
}

func (c countedStream) Write(p []byte) (int, error) { return c.flow.wrote(c.Conn.Write(p)) }

// countedTCP is countedStream with the rest of transport.TCPConn.
type countedTCP struct {
	transport.TCPConn
	flow *flow
}

func (c countedTCP) Write(p []byte) (int, error) { return c.flow.wrote(c.TCPConn.Write(p)) }

// ReadFrom counts as one write.
func (c countedTCP) ReadFrom(r io.Reader) (int64, error) {
	n, err := c.TCPConn.ReadFrom(r)
	if n > 0 {
		c.flow.packets.Add(1)
		c.flow.bytes.Add(uint64(n))
	}
	return n, err
}

func (f *flow) wrote(n int, err error) (int, error) {
	if n > 0 {
		f.packets.Add(1)
		f.bytes.Add(uint64(n))
	}
	return n, err
}

package selftest

import (
	"context"
	"net"
	"net/netip"

	"github.com/pion/transport/v5"

	"paravent/app/egress"
)

// watched is a network that tells a watch.
type watched struct {
	egress.Network
	w *watch
}

// DialContext implements egress.Network.
func (n watched) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if err := n.w.noteDial(address); err != nil {
		return nil, err
	}
	return n.Network.DialContext(ctx, network, address)
}

// Net implements egress.Network.
func (n watched) Net() transport.Net { return watchedNet{n.Network.Net(), n.w} }

// watchedNet tells the watch of every socket and every name.
type watchedNet struct {
	transport.Net
	w *watch
}

// ListenPacket implements transport.Net.
func (n watchedNet) ListenPacket(network, address string) (net.PacketConn, error) {
	conn, err := n.Net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	n.w.noteSocket(conn.LocalAddr())
	return watchedPackets{conn, n.w}, nil
}

// ListenUDP implements transport.Net.
func (n watchedNet) ListenUDP(network string, local *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.ListenUDP(network, local)
	if err != nil {
		return nil, err
	}
	n.w.noteSocket(conn.LocalAddr())
	return watchedUDP{conn, n.w}, nil
}

// Dial implements transport.Net.
func (n watchedNet) Dial(network, address string) (net.Conn, error) {
	if err := n.w.noteDial(address); err != nil {
		return nil, err
	}
	return n.Net.Dial(network, address)
}

// DialUDP implements transport.Net.
func (n watchedNet) DialUDP(network string, local, remote *net.UDPAddr) (transport.UDPConn, error) {
	if err := n.w.noteDial(remote.String()); err != nil {
		return nil, err
	}
	conn, err := n.Net.DialUDP(network, local, remote)
	if err != nil {
		return nil, err
	}
	n.w.noteSocket(conn.LocalAddr())
	return watchedUDP{conn, n.w}, nil
}

// DialTCP implements transport.Net.
func (n watchedNet) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	if err := n.w.noteDial(remote.String()); err != nil {
		return nil, err
	}
	return n.Net.DialTCP(network, local, remote)
}

// ResolveIPAddr implements transport.Net.
func (n watchedNet) ResolveIPAddr(network, address string) (*net.IPAddr, error) {
	if err := n.w.noteName(address); err != nil {
		return nil, err
	}
	return n.Net.ResolveIPAddr(network, address)
}

// ResolveUDPAddr implements transport.Net.
func (n watchedNet) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	if err := n.w.noteName(address); err != nil {
		return nil, err
	}
	return n.Net.ResolveUDPAddr(network, address)
}

// ResolveTCPAddr implements transport.Net.
func (n watchedNet) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	if err := n.w.noteName(address); err != nil {
		return nil, err
	}
	return n.Net.ResolveTCPAddr(network, address)
}

// watchedPackets and watchedUDP tell the watch of every packet that leaves.
type watchedPackets struct {
	net.PacketConn
	w *watch
}

// WriteTo implements net.PacketConn.
func (c watchedPackets) WriteTo(b []byte, to net.Addr) (int, error) {
	if err := c.w.notePacket(b, addrPort(to)); err != nil {
		return 0, err
	}
	return c.PacketConn.WriteTo(b, to)
}

type watchedUDP struct {
	transport.UDPConn
	w *watch
}

// Write implements net.Conn.
func (c watchedUDP) Write(b []byte) (int, error) {
	if err := c.w.notePacket(b, addrPort(c.RemoteAddr())); err != nil {
		return 0, err
	}
	return c.UDPConn.Write(b)
}

// WriteTo implements net.PacketConn.
func (c watchedUDP) WriteTo(b []byte, to net.Addr) (int, error) {
	if err := c.w.notePacket(b, addrPort(to)); err != nil {
		return 0, err
	}
	return c.UDPConn.WriteTo(b, to)
}

// WriteToUDP implements transport.UDPConn.
func (c watchedUDP) WriteToUDP(b []byte, to *net.UDPAddr) (int, error) {
	if err := c.w.notePacket(b, addrPort(to)); err != nil {
		return 0, err
	}
	return c.UDPConn.WriteToUDP(b, to)
}

// WriteMsgUDP implements transport.UDPConn.
func (c watchedUDP) WriteMsgUDP(b, oob []byte, to *net.UDPAddr) (n, oobn int, err error) {
	if err := c.w.notePacket(b, addrPort(to)); err != nil {
		return 0, 0, err
	}
	return c.UDPConn.WriteMsgUDP(b, oob, to)
}

func addrPort(a net.Addr) netip.AddrPort {
	if u, ok := a.(*net.UDPAddr); ok {
		ap := u.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

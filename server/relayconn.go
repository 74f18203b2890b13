package server

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// portSet is a set of ports, read for every packet.
type portSet [65536 / 64]atomic.Uint64

func (p *portSet) add(port uint16)      { p[port/64].Or(1 << (port % 64)) }
func (p *portSet) remove(port uint16)   { p[port/64].And(^(uint64(1) << (port % 64))) }
func (p *portSet) has(port uint16) bool { return p[port/64].Load()>>(port%64)&1 == 1 }

// relayConn is the socket of one allocation. It is the second half of the
// relay's address check: permissions name no port, so a packet to this
// server's own address is looked at here, and goes only to live relay ports.
//
// Relay-to-relay packets do not leave the computer: the public address may be
// a router's, which need not send them back.
type relayConn struct {
	*net.UDPConn
	relay *relay
	port  uint16
	owner string
	share *share
	once  sync.Once

	// owned by the allocation's reading goroutine: the last sender, so that no
	// address is allocated for each packet
	last     netip.AddrPort
	lastAddr *net.UDPAddr
}

func (r *relayConn) WriteTo(p []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, errTarget
	}
	target := u.AddrPort()
	target = netip.AddrPortFrom(target.Addr().Unmap(), target.Port())
	if r.relay.isSelf(target.Addr()) {
		if !r.relay.ports.has(target.Port()) {
			return r.drop(p)
		}
		target = netip.AddrPortFrom(r.relay.inside, target.Port())
	}
	if !r.share.out.AllowN(time.Now(), len(p)) {
		return r.drop(p)
	}
	return r.UDPConn.WriteToUDPAddrPort(p, target)
}

// drop counts a packet and tells the caller that it was sent, as a network would.
func (r *relayConn) drop(p []byte) (int, error) {
	r.relay.dropped.Add(1)
	return len(p), nil
}

func (r *relayConn) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := r.UDPConn.ReadFromUDPAddrPort(p)
		if err != nil {
			return n, nil, err
		}
		if !r.share.in.AllowN(time.Now(), n) {
			r.relay.dropped.Add(1)
			continue
		}
		if from != r.last || r.lastAddr == nil {
			r.last, r.lastAddr = from, net.UDPAddrFromAddrPort(r.relay.shownAs(from))
		}
		return n, r.lastAddr, nil
	}
}

// Close may be called more than once.
func (r *relayConn) Close() error {
	r.once.Do(func() { r.relay.forget(r) })
	return r.UDPConn.Close()
}

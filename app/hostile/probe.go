package hostile

import (
	"context"
	"net"
	"net/netip"

	"paravent/app/phone"
)

// ProbeRelay asks the server's relay for the way into places where no peer of
// a call lives (P16), and tells which it opened.
func (p *Peer) ProbeRelay(ctx context.Context) (asked int, opened []string, err error) {
	grant, err := p.client.Turn(ctx)
	if err != nil {
		return 0, nil, err
	}
	s := &sockets{}
	conn, err := s.allocate(ctx, grant)
	if err != nil {
		return 0, nil, err
	}
	s.all = append(s.all, newSocket(conn, p.log, phone.CallID{}, false))
	defer s.close()
	own := addrPort(conn.LocalAddr()).Addr()
	for _, b := range Baits() {
		a, err := netip.ParseAddr(b.Host)
		if err != nil || a.Unmap() == own || b.Line != "" || a.Unmap().Is4() != own.Is4() {
			continue
		}
		if b.What == "low port" {
			continue // an address like any other; the relay sees no port here
		}
		asked++
		if s.client.CreatePermission(net.UDPAddrFromAddrPort(netip.AddrPortFrom(a.Unmap(), 40404))) == nil {
			opened = append(opened, b.Host)
		}
	}
	return asked, opened, nil
}

package egress

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pion/transport/v5"
)

// maxFlows is more than a call has; what goes elsewhere is counted together,
// to the zero address.
const maxFlows = 1024

// Flow is what one socket sent to one address. A socket that is bound to no
// single address of this computer has its Local unspecified.
type Flow struct {
	Local, Remote  netip.AddrPort
	Packets, Bytes uint64 // of a stream: writes and what they carried
}

// Meter is a Network for one call, which counts what the call's own sockets
// send. Closing it leaves the network below open.
type Meter struct {
	net Network // set at construction

	mu    sync.Mutex
	flows map[ends]*flow              // guarded by mu
	named map[string][]netip.AddrPort // guarded by mu; what names led to
}

// ends name a flow.
type ends struct{ local, remote netip.AddrPort }

// flow counts for all sockets that have the same ends.
type flow struct {
	remote         netip.AddrPort
	packets, bytes atomic.Uint64
}

var _ Network = (*Meter)(nil)

// NewMeter counts what leaves by n.
func NewMeter(n Network) *Meter {
	return &Meter{net: n, flows: map[ends]*flow{}, named: map[string][]netip.AddrPort{}}
}

// Traffic is what was sent until now, by sockets open and closed.
func (m *Meter) Traffic() []Flow {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Flow, 0, len(m.flows))
	for e, f := range m.flows {
		list = append(list, Flow{Local: e.local, Remote: e.remote, Packets: f.packets.Load(), Bytes: f.bytes.Load()})
	}
	slices.SortFunc(list, func(a, b Flow) int {
		return cmp.Or(a.Remote.Compare(b.Remote), a.Local.Compare(b.Local))
	})
	return list
}

// Named lists the addresses that a host:port led to until now, itself among
// them where the host is an address.
func (m *Meter) Named(hostPort string) []netip.AddrPort {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Clone(m.named[hostPort])
	if a, err := netip.ParseAddrPort(hostPort); err == nil {
		list = append(list, a)
	}
	return list
}

func (m *Meter) name(hostPort string, a net.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if to := addrPort(a); to.IsValid() && len(m.named) < maxFlows && !slices.Contains(m.named[hostPort], to) {
		m.named[hostPort] = append(m.named[hostPort], to)
	}
}

func (m *Meter) flow(e ends) *flow {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.flows[e]; f != nil {
		return f
	}
	if len(m.flows) >= maxFlows {
		e = ends{}
	}
	if m.flows[e] == nil {
		m.flows[e] = &flow{remote: e.remote}
	}
	return m.flows[e]
}

// DialContext implements Network.
func (m *Meter) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := m.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	m.name(address, conn.RemoteAddr())
	return countedStream{conn, m.fixed(conn)}, nil
}

// fixed counts what a connected socket sends.
func (m *Meter) fixed(c net.Conn) *flow {
	return m.flow(ends{addrPort(c.LocalAddr()), addrPort(c.RemoteAddr())})
}

// Net implements Network.
func (m *Meter) Net() transport.Net { return meteredNet{m.net.Net(), m} }

// Locals implements Network.
func (m *Meter) Locals() []netip.Prefix { return m.net.Locals() }

// Lost implements Network.
func (m *Meter) Lost() <-chan struct{} { return m.net.Lost() }

// Close implements Network; the network below belongs to others too.
func (m *Meter) Close() error { return nil }

// addrPort is the zero AddrPort for an address that is none of UDP or TCP.
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

package selftest

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/stun/v4"

	"paravent/app/egress"
)

var errCut = errors.New("the check has cut this way")

// watch goes between the phone under test and its network and counts what it
// opens, asks and sends. Any goroutine may use it.
type watch struct {
	mu      sync.Mutex
	used    bool      // guarded by mu, as is all below: the phone took its network through here
	sockets []opened  // UDP sockets
	dials   []dialled // TCP
	names   []string  // host names that somebody asked for
	sent    map[netip.AddrPort]*sent
	asked   map[netip.AddrPort]*sent // peers named to a relay by TURN over UDP
	users   []string                 // TURN user names that left in clear
	isCut   bool
}

type opened struct {
	at    time.Time
	local netip.AddrPort
}

type dialled struct {
	at time.Time
	to string
}

// sent is what went to one address.
type sent struct {
	to    netip.AddrPort
	first time.Time
	count int
}

func newWatch() *watch {
	return &watch{sent: map[netip.AddrPort]*sent{}, asked: map[netip.AddrPort]*sent{}}
}

// over is the network n, watched.
func (w *watch) over(n egress.Network) egress.Network {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = true
	return watched{Network: n, w: w}
}

// cut makes all but the connections that stand fail, until it is undone.
func (w *watch) cut(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = on
}

func (w *watch) noteSocket(local net.Addr) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sockets = append(w.sockets, opened{time.Now(), addrPort(local)})
}

// noteDial counts a connection to a "host:port".
func (w *watch) noteDial(address string) error {
	w.noteName(address)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dials = append(w.dials, dialled{time.Now(), address})
	if w.isCut {
		return errCut
	}
	return nil
}

// noteName counts the question for a host that is no address.
func (w *watch) noteName(hostPort string) {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names = append(w.names, host)
}

// notePacket counts a packet, and looks into those that go to a relay.
func (w *watch) notePacket(b []byte, to netip.AddrPort) error {
	peers, user := peersIn(b)
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	tally(w.sent, to, now)
	for _, p := range peers {
		tally(w.asked, p, now)
	}
	if user != "" && !slices.Contains(w.users, user) {
		w.users = append(w.users, user)
	}
	if w.isCut {
		return errCut
	}
	return nil
}

func tally(m map[netip.AddrPort]*sent, to netip.AddrPort, now time.Time) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if m[to] == nil {
		m[to] = &sent{to: to, first: now}
	}
	m[to].count++
}

// peersIn reads what a TURN message over UDP asks the relay to reach, and as
// whom: RFC 8656 sections 9 and 11.
func peersIn(b []byte) (peers []netip.AddrPort, user string) {
	if !stun.IsMessage(b) {
		return nil, ""
	}
	m := stun.New()
	if _, err := m.Write(b); err != nil {
		return nil, ""
	}
	turn := false
	switch m.Type.Method {
	case stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodSend, stun.MethodAllocate, stun.MethodRefresh:
		turn = true
	default:
	}
	if !turn {
		return nil, ""
	}
	for _, a := range m.Attributes {
		switch a.Type { //nolint:exhaustive // the others name nobody
		case stun.AttrXORPeerAddress:
			one := stun.New()
			one.TransactionID = m.TransactionID
			one.Add(stun.AttrXORPeerAddress, a.Value)
			var x stun.XORMappedAddress
			if x.GetFromAs(one, stun.AttrXORPeerAddress) != nil {
				continue
			}
			if ip, ok := netip.AddrFromSlice(x.IP); ok {
				peers = append(peers, netip.AddrPortFrom(ip.Unmap(), uint16(x.Port))) //nolint:gosec // a port
			}
		case stun.AttrUsername:
			user = string(a.Value)
		}
	}
	return peers, user
}

// activity is what the network did in a span of time.
type activity struct {
	Sockets, Dials int
	Sent, Asked    []sent // what was sent to, or asked for, the first time in it
}

func (a activity) quiet() bool { return a.Sockets == 0 && a.Dials == 0 && len(a.Sent) == 0 }

// between tells what began in a span of time.
func (w *watch) between(from, to time.Time) (a activity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := func(at time.Time) bool { return at.After(from) && at.Before(to) }
	for _, s := range w.sockets {
		if in(s.at) {
			a.Sockets++
		}
	}
	for _, d := range w.dials {
		if in(d.at) {
			a.Dials++
		}
	}
	for _, s := range w.sent {
		if in(s.first) {
			a.Sent = append(a.Sent, *s)
		}
	}
	for _, s := range w.asked {
		if in(s.first) {
			a.Asked = append(a.Asked, *s)
		}
	}
	return a
}

// watching tells whether the phone uses the watched network at all.
func (w *watch) watching() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used
}

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

func addrPort(a net.Addr) netip.AddrPort {
	if u, ok := a.(*net.UDPAddr); ok {
		ap := u.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

package selftest

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"paravent/app/egress"
)

var (
	errCut     = errors.New("the check has cut this way")
	errOutside = errors.New("the check lets nothing leave this computer")
)

// watch goes between the phone under test and its network and counts what it
// opens, asks and sends. Any goroutine may use it.
type watch struct {
	mu      sync.Mutex
	sockets []opened  // guarded by mu, as is all below: UDP sockets
	dials   []dialled // TCP
	names   []string  // host names that somebody asked for
	sent    map[netip.AddrPort]*sent
	asked   map[netip.AddrPort]*sent // peers named to a relay by TURN over UDP
	users   []turnUser               // as whom it asked relays, in clear
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

type turnUser struct {
	name        string
	first, last time.Time
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

// noteDial counts a connection to a "host:port", and refuses those that would
// leave this computer.
func (w *watch) noteDial(address string) error {
	if err := w.noteName(address); err != nil {
		return err
	}
	to, err := netip.ParseAddrPort(address)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dials = append(w.dials, dialled{time.Now(), address})
	switch {
	case w.isCut:
		return errCut
	case err == nil && !here(to.Addr()):
		return errOutside
	}
	return nil
}

// noteName counts the question for a host that is no address, and refuses it.
func (w *watch) noteName(hostPort string) error {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names = append(w.names, host)
	return errOutside
}

// here tells whether an address is one of this computer.
func here(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsUnspecified() || slices.Contains(own(), a)
}

// notePacket counts a packet, looks into those that go to a relay, and tells
// whether it may go on its way: what would leave this computer may not.
func (w *watch) notePacket(b []byte, to netip.AddrPort) error {
	peers, user := peersIn(b)
	stays := here(to.Addr()) && !slices.ContainsFunc(peers, func(p netip.AddrPort) bool { return !here(p.Addr()) })
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	tally(w.sent, to, now)
	for _, p := range peers {
		tally(w.asked, p, now)
	}
	if user != "" {
		w.noteUserLocked(user, now)
	}
	switch {
	case w.isCut:
		return errCut
	case !stays:
		return errOutside
	}
	return nil
}

func (w *watch) noteUserLocked(name string, now time.Time) {
	i := slices.IndexFunc(w.users, func(u turnUser) bool { return u.name == name })
	if i < 0 {
		i = len(w.users)
		w.users = append(w.users, turnUser{name: name, first: now})
	}
	w.users[i].last = now
}

func tally(m map[netip.AddrPort]*sent, to netip.AddrPort, now time.Time) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if m[to] == nil {
		m[to] = &sent{to: to, first: now}
	}
	m[to].count++
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

// blind tells that nothing of the phone came through here, not even its
// connection to the server.
func (w *watch) blind() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sockets)+len(w.dials) == 0
}

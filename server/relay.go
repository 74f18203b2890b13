package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"

	"paravent/server/wire"
)

var (
	errNoTCPRelay  = errors.New("TCP allocations are off") // RFC 6062: an open TCP proxy for anyone with credentials
	errFamily      = errors.New("this address family is not relayed")
	errQuota       = errors.New("no allocation left")
	errNoRelayPort = errors.New("no free relay port")
	errRelayClosed = errors.New("the relay is closed")
)

const (
	relayReadBuffer = 1 << 20
	portTries       = 50
	relayIdle       = 15 * time.Minute // a TURN connection without a byte: allocations are refreshed every few minutes
)

// relay is the TURN server: UDP on a port of its own, TLS from the front. Any
// goroutine may use it.
type relay struct {
	// set at construction
	public netip.Addr // the address that allocations show
	bind   netip.Addr // where relay sockets listen
	inside netip.Addr // where relay sockets of this server reach each other
	uris   []string
	cfg    Config
	mint   *mint
	quotas *quotas
	own    *ownAddresses
	turn   *turn.Server
	guests *handover

	ports   portSet
	dropped atomic.Int64 // packets

	mu     sync.Mutex
	live   map[*relayConn]struct{}
	closed bool
}

// openRelay takes over the UDP socket.
func openRelay(cfg Config, udp *net.UDPConn, tlsAddr net.Addr, public netip.Addr, host string) (*relay, error) {
	m, err := newMint(nil)
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	local := udp.LocalAddr().(*net.UDPAddr).AddrPort()
	r := &relay{
		public: public, bind: local.Addr().Unmap(), cfg: cfg, mint: m, quotas: newQuotas(cfg.Limits), own: &ownAddresses{},
		guests: newHandover(tlsAddr), live: map[*relayConn]struct{}{}, uris: relayURIs(host, tlsAddr, int(local.Port())),
	}
	r.inside = r.bind
	if r.bind.IsUnspecified() {
		r.inside = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if public.Is6() {
			r.inside = netip.IPv6Loopback()
		}
	}
	_ = udp.SetReadBuffer(relayReadBuffer) // best effort: the kernel may allow less
	r.turn, err = turn.NewServer(turn.ServerConfig{
		Realm: realm, AuthHandler: m.check, QuotaHandler: func(owner, _ string, _ net.Addr) bool { return r.quotas.room(owner) },
		LoggerFactory:     &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: udp, RelayAddressGenerator: r, PermissionHandler: r.permit}},
		ListenerConfigs:   []turn.ListenerConfig{{Listener: r.guests, RelayAddressGenerator: r, PermissionHandler: r.permit}},
	})
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	return r, nil
}

// relayURIs puts TLS first: there the user name does not travel in clear (P17).
func relayURIs(host string, tlsAddr net.Addr, udpPort int) []string {
	tcpPort := tlsAddr.(*net.TCPAddr).Port
	return []string{
		"turns:" + net.JoinHostPort(host, strconv.Itoa(tcpPort)) + "?transport=tcp",
		"turn:" + net.JoinHostPort(host, strconv.Itoa(udpPort)) + "?transport=udp",
	}
}

// grant makes credentials for a phone.
func (r *relay) grant(mailbox string) wire.TurnReply { return r.mint.grant(mailbox, r.uris) }

// take is the front's door for TURN over TLS.
func (r *relay) take(g *guest) { r.guests.put(&relayGuest{g}) }

// relayGuest ends connections that went silent or do not read.
type relayGuest struct{ *guest }

func (g *relayGuest) Read(p []byte) (int, error) {
	if err := g.SetReadDeadline(time.Now().Add(relayIdle)); err != nil {
		return 0, err
	}
	return g.guest.Read(p)
}

func (g *relayGuest) Write(p []byte) (int, error) { return (&hurried{g.guest}).Write(p) }

// permit is asked for every permission and channel (P16). It sees no port.
func (r *relay) permit(_ net.Addr, ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return false
	}
	a = a.Unmap()
	if r.isSelf(a) {
		return true // the other party's relay is here too; relayConn checks the port of each packet
	}
	return mayReach(a, r.cfg.AllowPrivatePeers) && !r.own.has(a)
}

// isSelf says whether an address is one under which relay sockets are reached.
func (r *relay) isSelf(a netip.Addr) bool { return a == r.public || a == r.bind && !a.IsUnspecified() }

// shownAs turns the inner address of another relay socket of this server into
// its public one, which is the one that phones know.
func (r *relay) shownAs(from netip.AddrPort) netip.AddrPort {
	from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
	if from.Addr() == r.inside && r.ports.has(from.Port()) {
		return netip.AddrPortFrom(r.public, from.Port())
	}
	return from
}

// Validate belongs to turn.RelayAddressGenerator.
func (r *relay) Validate() error { return nil }

// AllocatePacketConn opens the socket of a new allocation.
func (r *relay) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	if (c.Network == "udp4") != r.public.Is4() {
		return nil, nil, errFamily
	}
	share, ok := r.quotas.acquire(c.UserID)
	if !ok {
		return nil, nil, errQuota
	}
	udp, err := r.listen(c.Network, uint16(c.RequestedPort)) //nolint:gosec // pion made it a port
	if err != nil {
		r.quotas.release(c.UserID)
		return nil, nil, err
	}
	port := udp.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	conn := &relayConn{UDPConn: udp, relay: r, port: port, owner: c.UserID, share: share}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		r.quotas.release(c.UserID)
		_ = udp.Close()
		return nil, nil, errRelayClosed
	}
	r.live[conn] = struct{}{}
	r.ports.add(port)
	return conn, net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.public, port)), nil
}

// listen finds a port: the requested one, a random one of the range, or any.
func (r *relay) listen(network string, port uint16) (*net.UDPConn, error) {
	open := func(port uint16) (*net.UDPConn, error) {
		return net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.bind, port)))
	}
	if port != 0 || r.cfg.RelayMinPort == 0 {
		return open(port)
	}
	span := int(r.cfg.RelayMaxPort) - int(r.cfg.RelayMinPort) + 1
	for range portTries {
		if c, err := open(r.cfg.RelayMinPort + uint16(rand.IntN(span))); err == nil { //nolint:gosec // fits; and no secret
			return c, nil
		}
	}
	return nil, errNoRelayPort
}

// AllocateListener refuses TCP allocations.
func (r *relay) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoTCPRelay
}

// AllocateConn refuses TCP allocations.
func (r *relay) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errNoTCPRelay }

// forget gives back what an allocation held.
func (r *relay) forget(c *relayConn) {
	r.ports.remove(c.port)
	r.quotas.release(c.owner)
	r.mu.Lock()
	delete(r.live, c)
	r.mu.Unlock()
}

// Close ends all allocations. It may be called more than once.
func (r *relay) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	var live []*relayConn
	for c := range r.live {
		live = append(live, c)
	}
	r.mu.Unlock()
	err := r.turn.Close()
	for _, c := range live {
		_ = c.Close()
	}
	return err
}

// ownAddresses knows this computer's addresses, a few seconds late. Any
// goroutine may use it.
type ownAddresses struct {
	mu    sync.Mutex
	list  map[netip.Addr]bool
	asked time.Time
}

const ownAddressesAge = 10 * time.Second

func (o *ownAddresses) has(a netip.Addr) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.asked) > ownAddressesAge {
		o.asked, o.list = time.Now(), map[netip.Addr]bool{}
		addrs, _ := net.InterfaceAddrs() // none known: the ranges still hold
		for _, addr := range addrs {
			if p, err := netip.ParsePrefix(addr.String()); err == nil {
				o.list[p.Addr().Unmap()] = true
			}
		}
	}
	return o.list[a]
}

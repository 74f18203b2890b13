package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"paravent/server/wire"
)

// Server is a running server.
type Server struct {
	// set by Open
	cfg      Config
	addr     wire.Addr
	front    *front
	roster   *roster
	services *services
	postman  *postman
	relay    *relay  // nil: none of its own
	grants   granter // nil: no relay is offered
	closers  []func() error

	relayUp   atomic.Bool
	closeOnce sync.Once
	closeErr  error
}

// Stats are counts since Open, or of now. They name nobody.
type Stats struct {
	Clients     int   // phones connected now
	Connections int   // TLS connections now, of any kind
	Allocations int   // relay allocations now
	Dropped     int64 // relay packets and envelopes dropped
	Refused     int64 // requests and connections refused
}

// Open starts a server, which serves when Open returns. The context bounds the
// start only. Errors wrap ErrConfig, ErrPortInUse, ErrListen, ErrCertificate,
// ErrStore, ErrDiskFull or ErrDirInUse.
func Open(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, roster: newRoster()}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.open(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// open starts the parts in the order in which they need each other; each is
// closed in the opposite order.
func (s *Server) open(ctx context.Context) error {
	dir, err := openStateDir(s.cfg.Dir)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, dir.Close)
	cert, pin, err := loadCertificate(s.cfg)
	if err != nil {
		return err
	}
	listener, err := listenFront(ctx, net.JoinHostPort(s.cfg.Host, strconv.Itoa(s.cfg.Port)))
	if err != nil {
		return err
	}
	public := publicIP(s.cfg.PublicIP, hostOf(listener))
	host := s.cfg.PublicHost
	orDefault(&host, public.String())
	s.addr = wire.Addr{HostPort: net.JoinHostPort(host, strconv.Itoa(portOf(listener))), Pin: pin}
	s.front = openFront(listener, cert, s.cfg.Limits, s.cfg.Log)
	if err := s.openInside(ctx, cert, filepath.Join(dir.path, "broker"), public, host); err != nil {
		_ = listener.Close()
		return err
	}
	s.closers = append(s.closers, s.front.Close)
	s.front.serve()
	return nil
}

func (s *Server) openInside(ctx context.Context, cert tls.Certificate, storeDir string, public netip.Addr, host string) error {
	persistent := s.cfg.Dir != ""
	b, err := openBroker(cert, storeDir, persistent, s.cfg.Limits, s.roster)
	if err != nil {
		return err
	}
	s.closeLater(b.Close)
	v, err := openVault(ctx, b, persistent)
	if err != nil {
		return err
	}
	s.closeLater(v.Close)
	if err := s.openRelay(ctx, public, host); err != nil {
		return err
	}
	if err := s.openServices(ctx, b, v); err != nil {
		return err
	}
	t := &tunnel{broker: b, roster: s.roster, bytes: s.cfg.Limits.ConnBytes}
	w := openWeb(s.front.listener.Addr(), s.cfg.Limits.Handshake, t, s.health)
	s.closers = append(s.closers, w.Close)
	s.front.doors[usePhone] = func(g *guest) { t.carry(g, g.from) }
	s.front.doors[useWeb] = w.take
	return nil
}

func (s *Server) openRelay(ctx context.Context, public netip.Addr, host string) error {
	switch {
	case s.cfg.NoRelay:
		return nil
	case len(s.cfg.RelayURIs) > 0:
		o, err := newOutsideRelays(s.cfg)
		s.grants = o
		return err
	}
	udp, err := listenRelay(ctx, hostOf(s.front.listener), s.cfg.TURNPort, portOf(s.front.listener), public)
	if err != nil {
		return err
	}
	r, err := openRelay(s.cfg, udp, s.front.listener.Addr(), public, host)
	if err != nil {
		_ = udp.Close()
		return err
	}
	s.relay, s.grants = r, r
	s.closers = append(s.closers, r.Close)
	s.front.doors[useRelay] = r.take
	s.relayUp.Store(true)
	return nil
}

func (s *Server) openServices(ctx context.Context, b *broker, v *vault) error {
	onLoopback := hostOf(s.front.listener).IsLoopback()
	p, err := openPeers(s.cfg, func(a netip.Addr) bool {
		return mayReach(a, s.cfg.AllowPrivatePeers) || onLoopback && a.IsLoopback()
	})
	if err != nil {
		return err
	}
	s.closeLater(p.Close)
	if s.postman, err = openPostman(b, v, s.cfg.Log); err != nil {
		return err
	}
	s.closeLater(s.postman.Close)
	nc, err := b.dialInside()
	if err != nil {
		return err
	}
	s.services = &services{conn: nc, broker: b, vault: v, roster: s.roster, postman: s.postman, grants: s.grants, peers: p, log: s.cfg.Log}
	s.closeLater(s.services.Close)
	return s.services.open(ctx, s.cfg.Limits)
}

func (s *Server) closeLater(f func()) {
	s.closers = append(s.closers, func() error { f(); return nil })
}

// listenRelay opens the relay's UDP port: the wanted one, else the TCP port's
// number, else any.
func listenRelay(ctx context.Context, host netip.Addr, wanted, tcpPort int, public netip.Addr) (*net.UDPConn, error) {
	network := "udp4"
	if public.Is6() {
		network = "udp6"
	}
	if host.IsUnspecified() && public.Is4() {
		host = netip.IPv4Unspecified()
	}
	open := func(port int) (net.PacketConn, error) {
		var lc net.ListenConfig
		return lc.ListenPacket(ctx, network, net.JoinHostPort(host.String(), strconv.Itoa(port)))
	}
	first := wanted
	orDefault(&first, tcpPort)
	pc, err := open(first)
	if err != nil && wanted == 0 && isAddrInUse(err) {
		pc, err = open(0)
	}
	if err != nil {
		return nil, listenError(err)
	}
	return pc.(*net.UDPConn), nil
}

func hostOf(l net.Listener) netip.Addr { return tcpAddr(l).Addr().Unmap() }

func portOf(l net.Listener) int { return int(tcpAddr(l).Port()) }

func tcpAddr(l net.Listener) netip.AddrPort { return l.Addr().(*net.TCPAddr).AddrPort() }

// Addr is what a phone takes to find and to recognise this server.
func (s *Server) Addr() wire.Addr { return s.addr }

// Stats counts. It is cheap enough to be asked every second.
func (s *Server) Stats() Stats {
	s.front.mu.Lock()
	st := Stats{Clients: s.roster.len(), Connections: len(s.front.conns)}
	s.front.mu.Unlock()
	st.Refused = s.front.door.refused.Load() + s.services.refused.Load()
	st.Dropped = s.postman.dropped.Load()
	if s.relay != nil {
		st.Allocations = s.relay.quotas.live()
		st.Dropped += s.relay.dropped.Load()
	}
	return st
}

func (s *Server) health() Health { return Health{Status: "ok", Relay: s.relayUp.Load()} }

// StopRelay ends the relay and all its allocations for good; everything else
// lives on, and credentials for the dead relay are still handed out. It is for
// tests of what phones do then.
func (s *Server) StopRelay() {
	if s.relay == nil || !s.relayUp.Swap(false) {
		return
	}
	s.front.shut(useRelay)
	_ = s.relay.Close()
}

// Close stops serving, ends all connections and waits for what ran. It may be
// called more than once.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		for i := len(s.closers) - 1; i >= 0; i-- {
			if err := s.closers[i](); err != nil && !errors.Is(err, net.ErrClosed) {
				s.closeErr = errors.Join(s.closeErr, err)
			}
		}
	})
	return s.closeErr
}

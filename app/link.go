package app

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"syscall"
	"time"

	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/app/signal"
	"paravent/server"
	"paravent/server/wire"
	"paravent/settings"
)

// link is the way to the server.
type link struct {
	embedded *server.Server // nil where the server is another program
	client   *signal.Client
	addr     wire.Addr
	presence presence
	seenAs   netip.Addr // this phone as the server sees it; the zero Addr until it said so
}

// Start serves or connects as the settings (or Options.Server) say, and goes
// on trying in the background; ServerChanged tells how it goes. Called again,
// it begins anew with what the settings say then.
func (a *App) Start() error {
	a.starting.Lock()
	defer a.starting.Unlock()
	a.disconnect()
	c := a.choice()
	a.mu.Lock()
	a.begun, a.chosen = true, c
	a.mu.Unlock()
	w, err := a.takeWay(c)
	switch {
	case givenUp(err):
		return err
	case err != nil: // it may come at any time
		a.wait(err)
		return nil
	}
	a.attempt++
	if err := a.connect(w); err != nil {
		a.offline(err)
		return err
	}
	return nil
}

// connect opens the link by the way out w. It is called with starting held.
func (a *App) connect(w *way) error {
	addr, embedded, err := a.findServer(w)
	if err != nil {
		return err
	}
	a.note(a.rememberStart())
	next := link{embedded: embedded, addr: addr}
	known := make(chan struct{}) // closed once next is a.link: the client may be faster
	next.client, err = signal.Open(context.Background(), signal.Config{
		Server: addr, Identity: a.me, OnEnvelope: a.courier.Receive, Dial: next.dialer(w),
		OnState: func(connected bool, err error) {
			<-known
			a.serverState(next.client, connected, err)
		},
	})
	if err == nil {
		err = a.use(next, w)
	}
	close(known)
	if err != nil {
		next.close()
		return fault(err)
	}
	return nil
}

// use makes next the link, unless the phone was closed or its way out given up
// meanwhile.
func (a *App) use(next link, w *way) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.closed:
		return phone.ErrClosed
	case a.way != w:
		return ErrNetworkChanged
	}
	a.link, a.why = next, nil
	a.courier.Attach(next.client)
	return nil
}

// findServer opens the embedded server or reads the address of another one.
func (a *App) findServer(w *way) (wire.Addr, *server.Server, error) {
	s := a.settings.Current().Server
	switch mode, address := a.serverChoice(s); mode {
	case settings.ServerEmbedded:
		return a.openEmbedded(s.LAN, w)
	case settings.ServerRemote:
		addr, err := wire.ParseAddr(address)
		return addr, nil, fault(err)
	case settings.ServerUnset:
	}
	return wire.Addr{}, nil, ErrNoServer
}

func (a *App) serverChoice(s settings.Server) (settings.ServerMode, string) {
	switch a.opts.Server {
	case "":
		return s.Mode, s.Address
	case EmbeddedServer:
		return settings.ServerEmbedded, ""
	}
	return settings.ServerRemote, a.opts.Server
}

// Faults of a server on this computer together with a way out that is bound.
var (
	// ErrServerOnLAN: people on this network would reach it past the way out.
	ErrServerOnLAN = phone.NewFault("network-server-on-lan")
	// ErrOwnRelay: its relay would have to send by itself, and hides nothing.
	ErrOwnRelay = phone.NewFault("network-own-relay")
)

// openEmbedded runs a server inside this phone. Where the way out is bound to
// a device or a tunnel, the phone reaches it over loopback, which never leaves
// this computer; what it forwards to other servers takes that way out. It then
// has no relay, since that would be this computer sending by the system's way,
// and serves nobody else.
func (a *App) openEmbedded(lan bool, w *way) (wire.Addr, *server.Server, error) {
	cfg := server.Config{Port: a.embeddedPort(), Dir: filepath.Join(a.opts.Profile, "server"), AllowPrivatePeers: lan}
	if w.chosen.bound() {
		if lan {
			return wire.Addr{}, nil, ErrServerOnLAN
		}
		cfg.NoRelay, cfg.Dial, cfg.Resolve = true, w.DialContext, egress.Resolver(w)
	}
	if lan {
		cfg.Host = netip.IPv4Unspecified().String()
	}
	s, err := server.Open(context.Background(), cfg)
	if err != nil {
		return wire.Addr{}, nil, fault(err)
	}
	return s.Addr(), s, nil
}

// embeddedPort is the same for a profile at every start, so that the links it
// gave out stay true, and most likely another one for another profile.
func (a *App) embeddedPort() int {
	const first, count = 20000, 12000 // below the ephemeral ports of the usual systems
	seed := a.me.Derive("embedded-port")
	return first + int(binary.BigEndian.Uint32(seed[:])%count)
}

// dialer is how the client reaches the server: by the way out, but for the
// phone's own server, which no device and no tunnel leads to.
func (l link) dialer(w *way) func(ctx context.Context, network, address string) (net.Conn, error) {
	if l.embedded == nil || !w.chosen.bound() {
		return w.DialContext
	}
	return (&net.Dialer{Control: loopbackOnly}).DialContext
}

// loopbackOnly keeps a connection inside this computer.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return egress.ErrNotThisWay
	}
	return nil
}

func (a *App) disconnect() {
	a.mu.Lock()
	old := a.link
	a.link = link{}
	a.mu.Unlock()
	a.courier.Attach(nil)
	old.close()
}

// close ends the connection, and the server after it.
func (l link) close() {
	if l.client != nil {
		_ = l.client.Close()
	}
	if l.embedded != nil {
		_ = l.embedded.Close()
	}
}

// goodbye gives the last words of calls a moment to leave.
func (a *App) goodbye() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	a.courier.Flush(ctx)
}

// Self is what the person may show of themselves.
func (a *App) Self() phone.Self {
	a.mu.Lock()
	l := a.link
	a.mu.Unlock()
	s := phone.Self{Name: a.settings.Current().Name, ID: a.me.ID().String(), Online: l.presence == online, ServerHere: l.embedded != nil}
	if l.client != nil {
		address := l.client.Self()
		address.Door = a.door.Token()
		s.Address, s.Server = address.String(), l.addr.String()
	}
	return s
}

// relays asks the server for a relay grant. A server that is away is not the
// relay's fault, and is told as such.
func (a *App) relays(ctx context.Context) (route.Relays, error) {
	a.mu.Lock()
	client, pin, embedded, w := a.link.client, a.link.addr.Pin, a.link.embedded, a.way
	a.mu.Unlock()
	switch {
	case client == nil:
		return route.Relays{}, a.unreachable()
	case embedded != nil && w != nil && w.chosen.bound():
		return route.Relays{}, fmt.Errorf("%w: %w", ErrOwnRelay, route.ErrRelayUnavailable)
	}
	grant, err := client.Turn(ctx)
	switch {
	case isAny(err, signal.ErrServerUnreachable, phone.ErrClosed):
		return route.Relays{}, err
	case err != nil:
		return route.Relays{}, fmt.Errorf("%w: %w", route.ErrRelayUnavailable, err)
	}
	relays := route.RelaysFrom(grant, pin)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.client == client {
		a.link.seenAs = relays.SeenAs
	}
	return relays, nil
}

// askSeenAs learns how the server sees this phone, for receipts of calls that
// ask for no relay. It tells nobody but the server itself, and fails quietly:
// then the first call that asks for a relay learns it.
func (a *App) askSeenAs() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, _ = a.relays(ctx)
}

// serverSees is this phone as its server sees it, as far as known. A server on
// this computer sees nothing that leaves it.
func (a *App) serverSees() netip.Addr {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.seenAs.IsLoopback() {
		return netip.Addr{}
	}
	return a.link.seenAs
}

func locals() []netip.Prefix { return route.Locals() }

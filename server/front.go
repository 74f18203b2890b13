package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"paravent/server/wire"
)

// keepAlive has the kernel notice peers that vanished without a word.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 4}

// use says what a connection turned out to be for.
type use int

const (
	useUnknown use = iota
	usePhone
	useRelay
	useWeb
)

// front accepts on the one TLS port and hands each connection to whom it is
// for. It has one goroutine for Accept and one for each connection.
type front struct {
	listener net.Listener
	tls      *tls.Config
	doors    map[use]func(*guest) // each returns when it is done with the connection or has passed it on
	log      *slog.Logger
	door     *doorkeeper

	handshake time.Duration

	mu     sync.Mutex
	conns  map[*guest]struct{}
	closed bool
	done   sync.WaitGroup
}

// guest is a TLS connection. Closing it gives its place back.
type guest struct {
	net.Conn
	front  *front
	from   netip.AddrPort
	use    use // guarded by front.mu
	leave  sync.Once
	buffer *bufio.Reader // holds the byte that was looked at; nil = none was
}

func listenFront(ctx context.Context, address string) (net.Listener, error) {
	lc := net.ListenConfig{KeepAliveConfig: keepAlive}
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, listenError(err)
	}
	return l, nil
}

func openFront(l net.Listener, cert tls.Certificate, limits Limits, log *slog.Logger) *front {
	return &front{
		listener: l, log: log, handshake: limits.Handshake, door: newDoorkeeper(limits), conns: map[*guest]struct{}{}, doors: map[use]func(*guest){},
		tls: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert},
			NextProtos: []string{wire.ALPNNats, wire.ALPNTurn, wire.ALPNHTTP}},
	}
}

// serve starts accepting; all doors are set by now.
func (f *front) serve() { f.done.Go(f.acceptLoop) }

func (f *front) acceptLoop() {
	for {
		c, err := f.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of file handles, most likely: let some close
			f.log.Warn("cannot accept", "error", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		g, ok := f.admit(c)
		if !ok {
			_ = c.Close()
			continue
		}
		f.done.Go(func() { f.welcome(g) })
	}
}

func (f *front) admit(c net.Conn) (*guest, bool) {
	tcp, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil, false
	}
	from := tcp.AddrPort()
	from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
	g := &guest{Conn: tls.Server(c, f.tls), front: f, from: from}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || !f.door.admit(from.Addr()) {
		return nil, false
	}
	f.conns[g] = struct{}{}
	return g, true
}

// welcome completes the handshake and finds the door, all within one deadline,
// so that a client that dawdles holds its place only so long.
func (f *front) welcome(g *guest) {
	_ = g.SetDeadline(time.Now().Add(f.handshake))
	kind, err := g.ask()
	enter := f.assign(g, kind)
	if err != nil || enter == nil {
		_ = g.Close()
		return
	}
	_ = g.SetDeadline(time.Time{})
	enter(g)
}

// assign notes what a connection is for and finds the door; nil when that is
// not offered (any more).
func (f *front) assign(g *guest, kind use) func(*guest) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g.use = kind
	return f.doors[kind]
}

// ask finds out what a connection is for. TURN clients need not speak ALPN: a
// STUN message begins with two zero bits and ours with 0x00 (RFC 8489 section 5).
func (g *guest) ask() (use, error) {
	t := g.Conn.(*tls.Conn)
	if err := t.HandshakeContext(context.Background()); err != nil {
		return useUnknown, err
	}
	switch t.ConnectionState().NegotiatedProtocol {
	case wire.ALPNNats:
		return usePhone, nil
	case wire.ALPNTurn:
		return useRelay, nil
	case wire.ALPNHTTP:
		return useWeb, nil
	}
	g.buffer = bufio.NewReaderSize(t, 256)
	first, err := g.buffer.Peek(1)
	if err != nil {
		return useUnknown, err
	}
	if first[0] == 0 {
		return useRelay, nil
	}
	return useWeb, nil
}

func (g *guest) Read(p []byte) (int, error) {
	if g.buffer != nil {
		return g.buffer.Read(p)
	}
	return g.Conn.Read(p)
}

// Close may be called more than once.
func (g *guest) Close() error {
	g.leave.Do(func() {
		g.front.mu.Lock()
		delete(g.front.conns, g)
		g.front.mu.Unlock()
		g.front.door.leave(g.from.Addr())
	})
	return g.Conn.Close()
}

// shut closes a door and all who went through it.
func (f *front) shut(kind use) {
	f.mu.Lock()
	delete(f.doors, kind)
	guests := f.guestsLocked(func(g *guest) bool { return g.use == kind })
	f.mu.Unlock()
	dismiss(guests)
}

func (f *front) guestsLocked(which func(*guest) bool) []*guest {
	var list []*guest
	for g := range f.conns {
		if which(g) {
			list = append(list, g)
		}
	}
	return list
}

// dismiss closes the sockets under TLS first: a TLS close waits seconds for a
// peer that does not read.
func dismiss(guests []*guest) {
	for _, g := range guests {
		_ = g.Conn.(*tls.Conn).NetConn().Close()
		_ = g.Close()
	}
}

// Close stops accepting, closes all connections and waits for their goroutines.
func (f *front) Close() error {
	f.mu.Lock()
	f.closed = true
	guests := f.guestsLocked(func(*guest) bool { return true })
	f.mu.Unlock()
	err := f.listener.Close()
	dismiss(guests)
	f.done.Wait()
	return err
}

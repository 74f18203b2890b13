package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"paravent/server/wire"
)

const (
	maxPeers  = 500             // other servers connected at once
	peerIdle  = 2 * time.Minute // an idle connection would show for longer who talks to whom
	peerSweep = 30 * time.Second
	maxNonce  = 64 // of what another server has us sign
)

var (
	errTarget  = errors.New("this address may not be reached")
	errTooMany = errors.New("too many other servers")
)

// peers holds the connections to other servers. This server comes there as one
// more phone, with a key of its own that lasts as long as it runs. Any
// goroutine may use it.
type peers struct {
	key     nkeys.KeyPair
	mailbox string
	allowed func(netip.Addr) bool
	reach   func(ctx context.Context, network, address string) (net.Conn, error)
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)

	mu     sync.Mutex
	conns  map[wire.Addr]*peer
	closed bool

	ctx  context.Context // ends attempts under way and the sweep
	stop context.CancelFunc
	done sync.WaitGroup
}

// peer is one other server. ready is closed when conn and err are set.
type peer struct {
	ready chan struct{}
	conn  *nats.Conn
	err   error
	used  time.Time // guarded by peers.mu
}

func openPeers(cfg Config, allowed func(netip.Addr) bool) (*peers, error) {
	key, err := nkeys.CreateUser()
	if err != nil {
		return nil, fmt.Errorf("forward key: %w", err)
	}
	mailbox, err := key.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("forward key: %w", err)
	}
	p := &peers{key: key, mailbox: mailbox, allowed: allowed, reach: cfg.Dial, resolve: cfg.Resolve, conns: map[wire.Addr]*peer{}}
	if p.reach == nil {
		p.reach = (&net.Dialer{Control: p.control}).DialContext
	}
	if p.resolve == nil {
		p.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.done.Go(p.sweepLoop)
	return p, nil
}

// request asks a service of another server.
func (p *peers) request(ctx context.Context, server wire.Addr, service string, body []byte) ([]byte, error) {
	nc, err := p.connTo(ctx, server)
	if err != nil {
		return nil, err
	}
	m, err := nc.RequestWithContext(ctx, wire.Service(service, p.mailbox), body)
	if err != nil {
		return nil, fmt.Errorf("forward: %w", err)
	}
	return m.Data, nil
}

// connTo finds or makes the connection; callers of the same server share it.
func (p *peers) connTo(ctx context.Context, server wire.Addr) (*nats.Conn, error) {
	p.mu.Lock()
	c := p.conns[server]
	switch {
	case p.closed, c == nil && len(p.conns) >= maxPeers:
		p.mu.Unlock()
		return nil, errTooMany
	case c == nil || c.broken():
		c = &peer{ready: make(chan struct{})}
		p.conns[server] = c
		p.done.Go(func() { p.dial(server, c) })
	}
	c.used = time.Now()
	p.mu.Unlock()
	select {
	case <-c.ready:
		return c.conn, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// broken says that a finished attempt is of no more use.
func (c *peer) broken() bool {
	select {
	case <-c.ready:
		return c.err != nil || c.conn.IsClosed()
	default:
		return false
	}
}

func (p *peers) dial(server wire.Addr, c *peer) {
	defer close(c.ready)
	c.conn, c.err = nats.Connect("tls://"+server.HostPort,
		p.hello(server.Pin), nats.CustomInboxPrefix(wire.Replies(p.mailbox)),
		nats.Secure(wire.ClientTLS(server.Pin, wire.ALPNNats)), nats.TLSHandshakeFirst(),
		nats.SetCustomDialer(p), nats.SkipHostLookup(), nats.IgnoreDiscoveredServers(), nats.NoReconnect(), nats.Timeout(forwardTimeout))
	if c.err != nil {
		c.err = fmt.Errorf("forward: %w", c.err)
	}
}

// Dial makes peers a nats.CustomDialer. The connection ends with the server,
// even in the middle of a handshake.
func (p *peers) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(p.ctx, forwardTimeout)
	defer cancel()
	c, err := p.dialAny(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("forward: %w", err)
	}
	return &endingConn{Conn: c, forget: context.AfterFunc(p.ctx, func() { _ = c.Close() })}, nil
}

// dialAny connects to the first address that answers. What is dialled is what
// was checked: names that point into this server's network get nowhere (P16).
func (p *peers) dialAny(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	targets, err := p.targets(ctx, host)
	for _, a := range targets {
		var c net.Conn
		if c, err = p.reach(ctx, network, net.JoinHostPort(a.String(), port)); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// targets are the addresses of host that may be reached; none is an error.
func (p *peers) targets(ctx context.Context, host string) ([]netip.Addr, error) {
	found := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		found = append(found, a)
	} else if found, err = p.resolve(ctx, host); err != nil {
		return nil, err
	}
	list := []netip.Addr{}
	for _, a := range found {
		if a = a.Unmap(); p.allowed(a) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil, errTarget
	}
	return list, nil
}

// endingConn is a connection that a context closes.
type endingConn struct {
	net.Conn
	forget func() bool
}

func (c *endingConn) Close() error {
	c.forget()
	return c.Conn.Close()
}

// hello answers the other server's nonce as any phone would.
func (p *peers) hello(pin wire.Pin) nats.Option {
	return nats.Nkey(p.mailbox, func(nonce []byte) ([]byte, error) {
		if len(nonce) > maxNonce {
			return nil, ErrBadHello
		}
		return p.key.Sign(wire.Hello(pin, nonce))
	})
}

// control sees the address just before connecting, and holds P16 once more.
func (p *peers) control(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || !p.allowed(target.Addr().Unmap()) {
		return errTarget
	}
	return nil
}

func (p *peers) sweepLoop() {
	tick := time.NewTicker(peerSweep)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.sweep(time.Now().Add(-peerIdle))
		case <-p.ctx.Done():
			return
		}
	}
}

// sweep closes connections that nobody used since the given time.
func (p *peers) sweep(since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for server, c := range p.conns {
		select {
		case <-c.ready:
		default:
			continue
		}
		if c.broken() || c.used.Before(since) {
			if c.err == nil {
				c.conn.Close()
			}
			delete(p.conns, server)
		}
	}
}

// Close ends all connections and attempts.
func (p *peers) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.stop()
	p.done.Wait()
	p.sweep(time.Now().Add(time.Hour))
}

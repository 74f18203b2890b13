package signal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"paravent/server/wire"
)

// Backoff between attempts to connect.
const (
	firstDelay = 500 * time.Millisecond
	lastDelay  = 30 * time.Second
	maxNonce   = 64 // bytes of a server's challenge that are signed
)

// run keeps the connection until the client closes.
func (c *Client) run() {
	defer close(c.done)
	for failed := 0; ; {
		online, err := c.session()
		if c.ctx.Err() != nil {
			return
		}
		if online {
			failed = 0
		}
		c.cfg.OnState(false, err)
		if online && errors.Is(err, errKicked) {
			continue
		}
		select {
		case <-c.ctx.Done():
			return
		case <-c.kick:
			failed = 0
		case <-time.After(delay(failed)):
			failed++
		}
	}
}

// delay before attempt n+1: doubling, and anywhere in its upper half, so that
// a server that comes back does not meet everybody at once.
func delay(n int) time.Duration {
	d := min(lastDelay, firstDelay<<min(n, 10))
	return d/2 + rand.N(d/2)
}

// errKicked is the end of a connection that Reconnect asked for.
var errKicked = fmt.Errorf("%w: the network changed", ErrServerUnreachable)

// session makes one connection and waits for its end.
func (c *Client) session() (online bool, err error) {
	ctx, cancel := context.WithCancel(c.ctx)
	d := &dialer{ctx: ctx, dial: c.cfg.Dial}
	defer func() {
		cancel()
		d.wait()
	}()
	end := &ending{closed: make(chan struct{})}
	nc, err := nats.Connect("tls://"+c.cfg.Server.HostPort, c.options(d, end)...)
	if err != nil {
		return false, fault(errors.Join(err, d.failure()))
	}
	defer func() {
		nc.Close()
		<-end.closed
	}()
	inbox, err := c.subscribe(nc)
	if err != nil {
		return false, fault(errors.Join(err, end.reason()))
	}
	c.setConn(nc)
	defer c.setConn(nil)
	c.cfg.OnState(true, nil)
	for {
		select {
		case <-c.ctx.Done():
			return true, c.ctx.Err()
		case <-c.kick:
			return true, errKicked
		case <-end.closed:
			return true, fault(end.reason())
		case m := <-inbox:
			c.cfg.OnEnvelope(m.Data)
		}
	}
}

func (c *Client) options(d *dialer, end *ending) []nats.Option {
	return []nats.Option{
		nats.Nkey(c.self.Mailbox, c.sign),
		nats.Secure(wire.ClientTLS(c.cfg.Server.Pin, wire.ALPNNats)),
		nats.TLSHandshakeFirst(),
		nats.SetCustomDialer(d),
		nats.SkipHostLookup(), // else nats.go asks the system's DNS before the dialer
		nats.IgnoreDiscoveredServers(),
		nats.NoReconnect(), // run does it
		nats.NoEcho(),
		nats.CustomInboxPrefix(wire.Replies(c.self.Mailbox)),
		nats.Timeout(c.cfg.Timeout),
		nats.PingInterval(c.cfg.ping),
		nats.MaxPingsOutstanding(1),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // the default one prints
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { end.note(err) }),
		nats.ClosedHandler(func(nc *nats.Conn) {
			end.note(nc.LastError())
			close(end.closed)
		}),
	}
}

// sign answers the server's challenge; Hello separates it from all else the key signs.
func (c *Client) sign(nonce []byte) ([]byte, error) {
	if len(nonce) == 0 || len(nonce) > maxNonce {
		return nil, fmt.Errorf("%w: challenge of %d bytes", ErrServerRefused, len(nonce))
	}
	return c.key.Sign(wire.Hello(c.cfg.Server.Pin, nonce))
}

// subscribe returns once the server knows of the subscription. When the
// channel is full, nats.go drops what arrives.
func (c *Client) subscribe(nc *nats.Conn) (<-chan *nats.Msg, error) {
	inbox := make(chan *nats.Msg, inboxPending)
	if _, err := nc.ChanSubscribe(wire.Inbox(c.self.Mailbox), inbox); err != nil {
		return nil, err
	}
	return inbox, nc.FlushTimeout(c.cfg.Timeout)
}

// fault names what went wrong with a connection.
func fault(err error) error {
	switch {
	case errors.Is(err, wire.ErrWrongPin):
		return fmt.Errorf("%w: %w", ErrWrongServer, err)
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrPermissionViolation), errors.Is(err, ErrServerRefused):
		return fmt.Errorf("%w: %w", ErrServerRefused, err)
	case err == nil:
		return ErrServerUnreachable
	}
	return fmt.Errorf("%w: %w", ErrServerUnreachable, err)
}

// ending collects why a NATS connection ended.
type ending struct {
	closed chan struct{}
	mu     sync.Mutex
	err    error
}

func (e *ending) note(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = err
	}
}

func (e *ending) reason() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// dialer makes nats.go's blocking connect end with a context: it dials with
// it, and closes what it dialled when the context ends.
type dialer struct {
	ctx  context.Context
	dial func(ctx context.Context, network, addr string) (net.Conn, error)

	mu  sync.Mutex
	err error
	wg  sync.WaitGroup
}

// Dial implements nats.CustomDialer.
func (d *dialer) Dial(network, addr string) (net.Conn, error) {
	conn, err := d.dial(d.ctx, network, addr)
	if err != nil {
		d.mu.Lock()
		d.err = err
		d.mu.Unlock()
		return nil, err
	}
	d.wg.Add(1)
	context.AfterFunc(d.ctx, func() {
		defer d.wg.Done()
		_ = conn.Close()
	})
	return conn, nil
}

// failure is why dialling failed; nats.go says only that no server was there.
func (d *dialer) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// wait returns when everything dialled is closed; its context has ended.
func (d *dialer) wait() { d.wg.Wait() }

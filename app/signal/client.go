package signal

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server/wire"
)

const (
	pingEvery      = 15 * time.Second // a dead network shows within 30 s
	defaultTimeout = 5 * time.Second
	inboxPending   = 512 // envelopes that wait for OnEnvelope; more are dropped
)

// Config is what a client needs. Callbacks come one at a time from the client's
// goroutine, must return soon and must not call Close; none comes after Close
// returned.
type Config struct {
	Server   wire.Addr
	Identity *identity.Identity
	// Dial makes the TCP connection, nil = net.Dialer. It gets the host name
	// unresolved, so that a dialer bound to a device decides about DNS too.
	Dial       func(ctx context.Context, network, addr string) (net.Conn, error)
	Timeout    time.Duration // of connecting, and of a request whose context has no deadline; 0 = 5 s
	OnState    func(online bool, err error)
	OnEnvelope func(env []byte) // may keep env

	ping time.Duration // tests; 0 = pingEvery
}

// Client is the connection to one server.
type Client struct {
	// set at construction
	cfg    Config
	self   identity.Address
	key    nkeys.KeyPair
	cancel context.CancelFunc
	ctx    context.Context
	kick   chan struct{} // Reconnect
	done   chan struct{} // run ended

	mu     sync.Mutex
	conn   *nats.Conn    // nil while offline
	online chan struct{} // closed while conn is set
}

// Open starts to connect in the background and returns at once; it goes on
// until ctx ends or Close. It fails only for an unusable configuration.
func Open(ctx context.Context, cfg Config) (*Client, error) {
	if err := identity.CheckServer(cfg.Server); err != nil {
		return nil, err
	}
	self, err := identity.NewAddress(cfg.Identity, cfg.Server)
	if err != nil {
		return nil, err
	}
	key, err := cfg.Identity.MailboxKey(cfg.Server.Pin)
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, self: self, key: key,
		kick: make(chan struct{}, 1), done: make(chan struct{}), online: make(chan struct{})}
	c.defaults()
	c.ctx, c.cancel = context.WithCancel(ctx)
	go c.run()
	return c, nil
}

func (c *Client) defaults() {
	if c.cfg.Timeout == 0 {
		c.cfg.Timeout = defaultTimeout
	}
	if c.cfg.ping == 0 {
		c.cfg.ping = pingEvery
	}
	if c.cfg.Dial == nil {
		c.cfg.Dial = (&net.Dialer{}).DialContext
	}
	if c.cfg.OnState == nil {
		c.cfg.OnState = func(bool, error) {}
	}
	if c.cfg.OnEnvelope == nil {
		c.cfg.OnEnvelope = func([]byte) {}
	}
}

// Self is the address of this phone on this server.
func (c *Client) Self() identity.Address { return c.self }

// Reconnect drops the connection and makes a new one at once: call it when the
// operating system tells that the network changed.
func (c *Client) Reconnect() {
	select {
	case c.kick <- struct{}{}:
	default: // one is pending already
	}
}

// Close ends the connection and waits for the client's goroutines.
func (c *Client) Close() error {
	c.cancel()
	<-c.done
	c.key.Wipe()
	return nil
}

func (c *Client) setConn(nc *nats.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case nc != nil && c.conn == nil:
		close(c.online)
	case nc == nil && c.conn != nil:
		c.online = make(chan struct{})
	}
	c.conn = nc
}

// connection waits until the client is online.
func (c *Client) connection(ctx context.Context) (*nats.Conn, error) {
	for {
		c.mu.Lock()
		nc, online := c.conn, c.online
		c.mu.Unlock()
		if nc != nil {
			return nc, nil
		}
		select {
		case <-online:
		case <-c.ctx.Done():
			return nil, phone.ErrClosed
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrServerUnreachable, ctx.Err())
		}
	}
}

package courier

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
	"paravent/server/wire"
)

const patience = 10 * time.Second // the longest that a test waits for an event

var (
	errUnknown = errors.New("unknown mailbox")
	home       = wire.Addr{HostPort: "192.0.2.1:443", Pin: wire.Pin{1}}
	abroad     = wire.Addr{HostPort: "192.0.2.2:443", Pin: wire.Pin{2}}
)

// clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// memory is a Store.
type memory struct {
	mu   sync.Mutex
	data map[string][]byte
	err  error // of Put
}

func newMemory() *memory { return &memory{data: map[string][]byte{}} }

func (m *memory) Get(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data[key], nil
}

func (m *memory) Put(key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.data[key] = bytes.Clone(value)
	}
	return m.err
}

func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.data, key)
	return nil
}

// post is all servers in one, and what is done to envelopes on their way.
type post struct {
	mu      sync.Mutex
	phones  map[string]*Courier // online, by mailbox
	bundles map[string][]byte
	boxes   map[string][][]byte
	fetched int
	// through decides which envelopes arrive instead of env; nil lets it through.
	through func(env []byte) [][]byte
	seen    [][]byte
}

func newPost() *post {
	return &post{phones: map[string]*Courier{}, bundles: map[string][]byte{}, boxes: map[string][][]byte{}}
}

func (p *post) set(through func(env []byte) [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.through = through
}

func (p *post) envelopes() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([][]byte(nil), p.seen...)
}

// client is one phone's connection to the post.
type client struct {
	*post
	self identity.Address
}

func (c *client) Self() identity.Address { return c.self }

func (c *client) Send(ctx context.Context, to identity.Address, env []byte, keep bool) error {
	c.mu.Lock()
	out := [][]byte{env}
	c.seen = append(c.seen, bytes.Clone(env))
	if c.through != nil {
		out = c.through(env)
	}
	phone := c.phones[to.Mailbox]
	if phone == nil && keep {
		c.boxes[to.Mailbox] = append(c.boxes[to.Mailbox], out...)
	}
	c.mu.Unlock()
	if phone != nil {
		for _, env := range out {
			phone.Receive(env)
		}
	}
	return ctx.Err()
}

func (c *client) PublishPrekey(_ context.Context, bundle []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bundles[c.self.Mailbox] = bundle
	return nil
}

func (c *client) FetchPrekey(_ context.Context, of identity.Address) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fetched++
	if b := c.bundles[of.Mailbox]; b != nil {
		return b, nil
	}
	return nil, errUnknown
}

func (c *client) TakeBox(context.Context) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	box := c.boxes[c.self.Mailbox]
	delete(c.boxes, c.self.Mailbox)
	return box, nil
}

// person is somebody with a courier.
type person struct {
	*Courier
	t        testing.TB
	me       *identity.Identity
	store    *memory
	client   *client
	clock    *clock
	got      chan Received
	failed   chan error
	problems chan error
}

func newPerson(t testing.TB, p *post, c *clock, server wire.Addr) *person {
	me := identity.New()
	self, err := identity.NewAddress(me, server)
	require.NoError(t, err)
	b := &person{t: t, me: me, store: newMemory(), client: &client{p, self}, clock: c}
	b.start()
	return b
}

// start opens the courier, goes online and waits until the prekey is published.
func (b *person) start() {
	b.t.Helper()
	b.got, b.failed, b.problems = make(chan Received, 20000), make(chan error, 100), make(chan error, 100)
	var err error
	b.Courier, err = Open(Config{Identity: b.me, Store: b.store, Now: b.clock.Now,
		OnMessage:       func(r Received) { b.got <- r },
		OnUndeliverable: func(_ phone.CallID, err error) { b.failed <- err },
		OnProblem:       func(err error) { b.problems <- err }})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = b.Close() })
	b.Attach(b.client)
	b.online()
}

func (b *person) online() {
	b.t.Helper()
	p := b.client.post
	p.mu.Lock()
	p.phones[b.client.self.Mailbox] = b.Courier
	delete(p.bundles, b.client.self.Mailbox)
	p.mu.Unlock()
	b.Online(true)
	require.Eventually(b.t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.bundles[b.client.self.Mailbox] != nil
	}, patience, time.Millisecond)
}

func (b *person) offline() {
	b.Online(false)
	b.client.mu.Lock()
	defer b.client.mu.Unlock()
	delete(b.client.phones, b.client.self.Mailbox)
}

// restart is a new process with the same disk.
func (b *person) restart() {
	b.t.Helper()
	require.NoError(b.t, b.Close())
	b.store = &memory{data: maps.Clone(b.store.data)}
	b.start()
}

func (b *person) say(to *person, call phone.CallID, text string) {
	b.t.Helper()
	require.NoError(b.t, b.Send(b.t.Context(), to.client.self, call, []byte(text), false))
}

func (b *person) hear(text string) Received {
	b.t.Helper()
	select {
	case r := <-b.got:
		require.Equal(b.t, text, string(r.Payload))
		return r
	case err := <-b.failed:
		require.FailNow(b.t, "undeliverable", "%v", err)
	case <-time.After(patience):
		require.FailNow(b.t, "nothing heard", "instead of %q", text)
	}
	return Received{}
}

func (b *person) problem(want error) {
	b.t.Helper()
	select {
	case err := <-b.problems:
		require.ErrorIs(b.t, err, want)
	case <-time.After(patience):
		require.FailNow(b.t, "no problem reported", "instead of %v", want)
	}
}

// silent proves that b heard nothing, by a message of another call that overtakes nothing.
func (b *person) silent() {
	b.t.Helper()
	select {
	case r := <-b.got:
		require.FailNow(b.t, "heard something", "%q", r.Payload)
	default:
	}
}

// inCall makes a call in which both sides have a session.
func inCall(t testing.TB, p *post) (alice, bob *person, call phone.CallID) {
	c := newClock()
	alice, bob, call = newPerson(t, p, c, home), newPerson(t, p, c, home), phone.NewCallID()
	alice.say(bob, call, "propose")
	bob.hear("propose")
	bob.say(alice, call, "ringing")
	alice.hear("ringing")
	alice.say(bob, call, "ack")
	bob.hear("ack")
	return alice, bob, call
}

func kinds(envs [][]byte) (k []seal.Kind) {
	for _, e := range envs {
		k = append(k, seal.Kind(e[0]))
	}
	return k
}

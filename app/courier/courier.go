// Package courier carries call messages end to end: it seals what the call
// says and opens what arrives. It is the only user of package seal and of the
// envelopes of package signal.
//
//	Send -> queue of the call -> drain: prekey, knock | reply | session -> Client
//	Receive -> session, reply ---------------> open -> OnMessage
//	        -> knock -> queue -> knocker: open, replay filter -'
//
// Every method may be called from any goroutine and returns at once, but Close
// waits. What cannot be opened is dropped, counted and reported now and then,
// and never answered (P13). Opening knocks, which anybody can send, has a
// goroutine and a bounded queue of its own: junk cannot delay a running call.
package courier

import (
	"context"
	"sync"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
)

// Faults of the courier; those of packages seal and signal pass through it.
var (
	ErrOverload  = phone.NewFault("too-many-messages")
	ErrNoCall    = phone.NewFault("message-without-call")  // of a call that is over or was never known
	ErrWrongPeer = phone.NewFault("call-of-somebody-else") // the call id belongs to another call here
	ErrNoClient  = phone.NewFault("no-server")             // no client is attached
)

// Limits.
const (
	liveFor     = 10 * time.Minute // clocks may differ by this; an older knock cannot ring
	sendTimeout = 10 * time.Second // a message not handed over by then is given up
	maxQueued   = 64               // messages of one call that wait to be sent
	maxKnocks   = 64               // knocks that wait to be opened
	maxPending  = 128              // calls from others to which this phone said nothing
	maxEnded    = 512              // ended calls that are remembered as ended
)

// Client is the connection to the server; *signal.Client satisfies it.
type Client interface {
	Self() identity.Address
	Send(ctx context.Context, to identity.Address, env []byte, keep bool) error
	PublishPrekey(ctx context.Context, bundle []byte) error
	FetchPrekey(ctx context.Context, of identity.Address) ([]byte, error)
	TakeBox(ctx context.Context) ([][]byte, error)
}

// Store keeps prekeys and the replay filter; it must be secret at rest. Get
// returns nil and no error for a key that is not there.
type Store interface {
	Get(key string) ([]byte, error)
	Put(key string, value []byte) error
	Delete(key string) error
}

// Received is one opened and verified message.
type Received struct {
	From     identity.Address // verified key; the way back as told inside the seal
	Call     phone.CallID
	Payload  []byte
	Sent     time.Time // by the sender's clock
	Stranger bool      // it came in a knock: anybody can send one
	HasLink  bool      // with Stranger: by the link that this phone gives out now
	Kept     bool      // it waited in the box
}

// Config is what a courier needs. The callbacks come from the courier's
// goroutines, OnMessage one at a time; they may call Send and Forget, must
// return soon and must not call Close.
type Config struct {
	Identity *identity.Identity
	Store    Store
	Now      func() time.Time // nil = time.Now
	// Door is the token of the link that this phone gives out now; nil = there is none.
	Door      func() identity.Door
	OnMessage func(Received)
	// OnUndeliverable tells that one message of a call could not be handed to
	// the server. signal.ErrUnknownAddress and seal.ErrBadPrekey are final;
	// after others the call's next repetition may succeed.
	OnUndeliverable func(call phone.CallID, err error)
	// OnPublished tells how the attempt to publish the prekey went that follows
	// Online(true), and each later one; only then others can knock. An attempt
	// ends after ten seconds at most.
	OnPublished func(at Client, err error)
	OnProblem   func(error) // what was dropped or not saved; each fault at most once a minute
}

// Courier seals and opens the messages of all calls.
type Courier struct {
	// set at construction
	cfg    Config
	ctx    context.Context // ends at Close
	cancel context.CancelFunc
	wg     sync.WaitGroup
	knocks chan arrival
	wake   chan struct{} // for upkeep

	replay *seal.Replay // owned by openKnocks

	telling sync.Mutex // keeps OnMessage one at a time

	mu       sync.Mutex // guards all below; not held while opening a knock or calling out
	client   Client
	online   bool
	due      bool // publish the prekey and take the box when online
	prekeys  *seal.Prekeys
	bundles  bundleCache
	calls    map[phone.CallID]*conversation
	sessions map[seal.SessionID]*conversation
	replies  map[seal.Tag]*conversation
	ended    endedCalls
	problems problemLog
	stats    Stats
}

// Stats are counters since Open.
type Stats struct {
	Sent, Received uint64 // messages
	Dropped        uint64 // envelopes that were not opened
}

type arrival struct {
	env  []byte
	kept bool
}

// Open restores what the store has and starts the courier. It can receive at
// once; it can send after Attach. The error is the store's; saved state that
// cannot be read is replaced, and reported to OnProblem.
func Open(cfg Config) (*Courier, error) {
	defaults(&cfg)
	c := &Courier{cfg: cfg, knocks: make(chan arrival, maxKnocks), wake: make(chan struct{}, 1),
		bundles: bundleCache{}, calls: map[phone.CallID]*conversation{},
		sessions: map[seal.SessionID]*conversation{}, replies: map[seal.Tag]*conversation{},
		ended: newEndedCalls(), problems: problemLog{}}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if err := c.restore(); err != nil {
		c.cancel()
		return nil, err
	}
	c.wg.Go(c.openKnocks)
	c.wg.Go(c.upkeep)
	return c, nil
}

func defaults(cfg *Config) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Door == nil {
		cfg.Door = func() identity.Door { return identity.Door{} }
	}
	if cfg.OnMessage == nil {
		cfg.OnMessage = func(Received) {}
	}
	if cfg.OnUndeliverable == nil {
		cfg.OnUndeliverable = func(phone.CallID, error) {}
	}
	if cfg.OnPublished == nil {
		cfg.OnPublished = func(Client, error) {}
	}
	if cfg.OnProblem == nil {
		cfg.OnProblem = func(error) {}
	}
}

// Attach gives the courier its client, or another one when the person chose
// another server; nil takes it away. Sending without one fails. It may come
// before or after the client's first Online.
func (c *Courier) Attach(client Client) {
	c.mu.Lock()
	c.client, c.due = client, true
	if client == nil {
		c.online = false
	}
	c.bundles = bundleCache{}
	c.mu.Unlock()
	c.wakeUpkeep()
}

// Online tells whether the client reached its server: then the prekey is
// published and the box is taken. It is what signal.Config.OnState reports.
func (c *Courier) Online(online bool) {
	c.mu.Lock()
	c.online, c.due = online, true
	c.mu.Unlock()
	c.wakeUpkeep()
}

func (c *Courier) wakeUpkeep() {
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Stats returns the counters.
func (c *Courier) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Forget ends a call: nothing more is opened for it, and its keys go once what
// waits to be sent was sent.
func (c *Courier) Forget(call phone.CallID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended.add(call)
	if v := c.calls[call]; v != nil {
		c.deafenLocked(v)
		v.over = true
		if !v.draining {
			delete(c.calls, call)
		}
	}
}

// Close gives up what waits and returns when all goroutines ended.
func (c *Courier) Close() error {
	c.mu.Lock()
	c.cancel() // no Send starts a goroutine from here on
	c.mu.Unlock()
	c.wg.Wait()
	return nil
}

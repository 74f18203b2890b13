package courier

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
	"paravent/server/wire"
)

func TestJunkIsDroppedCountedAndNeverAnswered(t *testing.T) {
	p := newPost()
	alice, bob, call := inCall(t, p)
	sent := len(p.envelopes())
	for _, env := range p.envelopes() {
		for i := 0; i < len(env); i += 97 {
			junk := append([]byte(nil), env...)
			junk[i] ^= 0x80
			alice.Receive(junk)
			bob.Receive(junk[:i])
			bob.Receive(junk)
		}
	}
	for _, env := range [][]byte{nil, {0}, {1}, {2}, {3}, {4}, make([]byte, wire.MaxEnvelope+1)} {
		alice.Receive(env)
	}
	bob.say(alice, call, "still there?")
	alice.hear("still there?")
	require.Len(t, p.envelopes(), sent+1, "nothing was answered")
	require.Eventually(t, func() bool { return alice.Stats().Dropped > 50 && bob.Stats().Dropped > 100 }, patience, time.Millisecond)
	bob.silent()
	seen := map[string]int{}
	for len(alice.problems) > 0 {
		seen[phone.CodeOf(<-alice.problems)]++
	}
	for code, n := range seen {
		require.LessOrEqual(t, n, 1, code)
	}
}

// 10,000 knocks, junk and real ones by as many strangers, keep memory bounded
// and do not hold up a call that goes on (P15).
func TestP15FloodOfKnocksIsBounded(t *testing.T) {
	p := newPost()
	alice, bob, call := inCall(t, p)
	real := p.envelopes()[0]
	bundle, err := seal.ParseBundle(p.bundles[bob.client.self.Mailbox], bob.me.ID(), bob.clock.Now())
	require.NoError(t, err)
	for i := range 10000 {
		env := append([]byte(nil), real...)
		env[len(env)-1-i%1000] ^= 1
		if i%10 == 0 {
			stranger := identity.New()
			v, err := seal.NewInvite(stranger, bob.me.ID(), identity.Door{}, phone.NewCallID())
			require.NoError(t, err)
			env, err = v.Knock(bundle, seal.Return{Mailbox: alice.client.self.Mailbox}, bob.clock.Now(), []byte("let me in"))
			require.NoError(t, err)
		}
		bob.Receive(env)
		if i == 5000 {
			began := time.Now()
			alice.say(bob, call, "are you there?")
			for string((<-bob.got).Payload) != "are you there?" {
			}
			require.Less(t, time.Since(began), 2*time.Second)
		}
	}
	require.Eventually(t, func() bool { return len(bob.knocks) == 0 }, patience, time.Millisecond)
	bob.mu.Lock()
	defer bob.mu.Unlock()
	require.LessOrEqual(t, len(bob.calls), maxPending+2)
	require.LessOrEqual(t, len(bob.sessions)+len(bob.replies)+len(bob.problems), 10)
	bob.store.mu.Lock()
	defer bob.store.mu.Unlock()
	require.LessOrEqual(t, len(bob.store.data), 1+seal.ReplayChunks)
}

func TestEndedCallsAreRememberedButBounded(t *testing.T) {
	e := newEndedCalls()
	var ids []phone.CallID
	for range 3 * maxEnded {
		ids = append(ids, phone.NewCallID())
		e.add(ids[len(ids)-1])
		e.add(ids[len(ids)-1])
	}
	require.Len(t, e.known, maxEnded)
	require.Len(t, e.order, maxEnded)
	for i, id := range ids {
		require.Equal(t, i >= 2*maxEnded, e.has(id), i)
	}
}

func TestQueueOfOneCallIsBounded(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	hold := make(chan struct{})
	alice.Attach(stuckClient{alice.client, hold})
	call := phone.NewCallID()
	var err error
	for n := 0; err == nil; n++ {
		require.LessOrEqual(t, n, maxQueued+1)
		err = alice.Send(t.Context(), bob.client.self, call, []byte("x"), false)
	}
	require.ErrorIs(t, err, ErrOverload)
	require.NoError(t, alice.Send(t.Context(), bob.client.self, phone.NewCallID(), nil, false), "other calls go on")
	close(hold)
}

type stuckClient struct {
	*client
	hold chan struct{}
}

func (s stuckClient) Send(ctx context.Context, to identity.Address, env []byte, keep bool) error {
	select {
	case <-s.hold:
		return s.client.Send(ctx, to, env, keep)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestCloseGivesUpWhatWaits(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	alice.Attach(stuckClient{alice.client, nil})
	alice.say(bob, phone.NewCallID(), "propose")
	began := time.Now()
	require.NoError(t, alice.Close())
	require.Less(t, time.Since(began), time.Second)
	require.ErrorIs(t, alice.Send(t.Context(), bob.client.self, phone.NewCallID(), nil, false), phone.ErrClosed)
	require.Empty(t, alice.failed, "a phone that closes has nobody to tell")
	require.NoError(t, alice.Close(), "twice is well")
}

func TestSendEndsWithItsContext(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	alice.Attach(stuckClient{alice.client, nil})
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, alice.Send(ctx, bob.client.self, phone.NewCallID(), nil, false))
	cancel()
	require.ErrorIs(t, <-alice.failed, context.Canceled)
}

// A full disk is reported; it neither loses a call nor the prekey that others hold.
func TestStoreThatFails(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	published := p.bundles[bob.client.self.Mailbox]
	full := errors.New("disk full")
	bob.store.err = full
	alice.say(bob, phone.NewCallID(), "propose")
	bob.hear("propose")
	bob.problem(full)
	require.NoError(t, bob.Close())
	c.add(seal.RotateAfter)
	bob.start()
	require.Equal(t, published, p.bundles[bob.client.self.Mailbox], "an unsaved prekey must not replace a saved one")
	fresh := &person{t: t, me: bob.me, store: &memory{data: map[string][]byte{}, err: full}, client: bob.client, clock: c}
	fresh.start() // nothing saved at all: it works as long as it runs
	fresh.problem(full)
}

func TestBrokenSavedStateIsReplaced(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	require.NoError(t, bob.Close())
	require.NoError(t, bob.store.Put(prekeysKey, []byte("?")))
	require.NoError(t, bob.store.Put(chunkKey(0), []byte("?")))
	bob.start()
	bob.problem(seal.ErrMalformed)
	alice.say(bob, phone.NewCallID(), "propose")
	bob.hear("propose")
}

// A client may be online before it is attached: its first Online must not be lost.
func TestOnlineBeforeAttach(t *testing.T) {
	p, c := newPost(), newClock()
	bob := newPerson(t, p, c, home)
	require.NoError(t, bob.Close())
	delete(p.bundles, bob.client.self.Mailbox)
	again, err := Open(Config{Identity: bob.me, Store: bob.store, Now: c.Now})
	require.NoError(t, err)
	defer again.Close()
	again.Online(true)
	again.Attach(bob.client)
	require.Eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.bundles[bob.client.self.Mailbox] != nil
	}, patience, time.Millisecond)
}

// refusingClient does not publish while told so.
type refusingClient struct {
	*client
	refuse *atomic.Bool
}

func (r refusingClient) PublishPrekey(ctx context.Context, bundle []byte) error {
	if r.refuse.Load() {
		return errUnknown
	}
	return r.client.PublishPrekey(ctx, bundle)
}

func TestPublishingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		me := identity.New()
		self, err := identity.NewAddress(me, home)
		require.NoError(t, err)
		p := newPost()
		server := refusingClient{&client{p, self}, &atomic.Bool{}}
		told := make(chan error, 10)
		c, err := Open(Config{Identity: me, Store: newMemory(), OnPublished: func(at Client, err error) {
			require.Equal(t, server, at)
			if err == nil {
				require.NotNil(t, p.bundles[self.Mailbox], "told before others can knock")
			}
			told <- err
		}})
		require.NoError(t, err)
		defer func() { require.NoError(t, c.Close()) }()
		c.Attach(server)
		synctest.Wait()
		require.Empty(t, told, "not online yet")
		server.refuse.Store(true)
		c.Online(true)
		next := func() error {
			select {
			case err := <-told:
				return err
			case <-time.After(time.Hour): // of the bubble's time
				t.Fatal("nothing was told")
				return nil
			}
		}
		require.ErrorIs(t, next(), errUnknown)
		server.refuse.Store(false)
		require.NoError(t, next(), "it is tried again")
		c.Online(false)
		c.Online(true)
		require.NoError(t, next())
	})
}

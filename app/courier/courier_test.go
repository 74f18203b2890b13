package courier

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
)

// P12: what came in a knock, which anybody can send, is marked as such.
func TestP12CallGoesFromKnockToSession(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob, call := newPerson(t, p, c, home), newPerson(t, p, c, home), phone.NewCallID()
	alice.say(bob, call, "propose")
	r := bob.hear("propose")
	require.True(t, r.Stranger)
	require.False(t, r.Kept)
	require.Equal(t, alice.client.self, r.From)
	require.Equal(t, call, r.Call)
	require.True(t, c.Now().Equal(r.Sent))
	bob.say(alice, call, "ringing")
	r = alice.hear("ringing")
	require.False(t, r.Stranger)
	require.Equal(t, bob.client.self, r.From)
	alice.say(bob, call, "offer")
	r = bob.hear("offer")
	require.False(t, r.Stranger)
	bob.say(alice, call, "answer")
	alice.hear("answer")
	require.Equal(t, []seal.Kind{seal.KindKnock, seal.KindReply, seal.KindSession, seal.KindSession}, kinds(p.envelopes()))
	// Sending is counted once it is done, which may be after it was heard.
	require.Eventually(t, func() bool { return bob.Stats() == Stats{Sent: 2, Received: 2} }, 5*time.Second, time.Millisecond)
}

// The return address names a server only where the two are on different ones.
func TestReturnAddressAcrossServers(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, abroad)
	call := phone.NewCallID()
	alice.say(bob, call, "propose")
	require.Equal(t, alice.client.self, bob.hear("propose").From)
	bob.say(alice, call, "ringing")
	require.Equal(t, bob.client.self, alice.hear("ringing").From)
}

// The answer to a call may be lost any number of times: it is in everything
// the callee says, until the caller is heard to have it.
func TestLostReplies(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob, call := newPerson(t, p, c, home), newPerson(t, p, c, home), phone.NewCallID()
	alice.say(bob, call, "propose")
	bob.hear("propose")
	p.set(func([]byte) [][]byte { return nil })
	for range 3 {
		bob.say(alice, call, "ringing")
	}
	require.Eventually(t, func() bool { return bob.Stats().Sent == 3 }, patience, time.Millisecond)
	p.set(nil)
	alice.say(bob, call, "propose again")
	require.True(t, bob.hear("propose again").Stranger)
	bob.say(alice, call, "proceed")
	alice.hear("proceed")
	bob.say(alice, call, "want") // alice said nothing yet: still with the answer
	alice.hear("want")
	alice.say(bob, call, "offer")
	bob.hear("offer")
	bob.say(alice, call, "answer")
	alice.hear("answer")
	k := kinds(p.envelopes())
	require.Equal(t, seal.KindReply, k[len(k)-3])
	require.Equal(t, seal.KindSession, k[len(k)-1])
}

func TestDuplicatedAndReorderedEnvelopes(t *testing.T) {
	p := newPost()
	alice, bob, call := inCall(t, p)
	var held [][]byte
	p.set(func(env []byte) [][]byte { // three at a time, backwards and twice
		if held = append(held, env); len(held) < 3 {
			return nil
		}
		out := [][]byte{held[2], held[2], held[0], held[1], held[0]}
		held = nil
		return out
	})
	for i := range 6 {
		alice.say(bob, call, fmt.Sprint(i))
	}
	for _, i := range []int{2, 0, 1, 5, 3, 4} {
		bob.hear(fmt.Sprint(i))
	}
	bob.problem(seal.ErrReplayed)
	require.EqualValues(t, 4, bob.Stats().Dropped)
}

func TestMessagesOfOneCallKeepTheirOrder(t *testing.T) {
	alice, bob, call := inCall(t, newPost())
	for i := range maxQueued / 2 {
		alice.say(bob, call, fmt.Sprint(i))
	}
	for i := range maxQueued / 2 {
		bob.hear(fmt.Sprint(i))
	}
}

func TestReplayedKnockIsRefusedEvenAfterRestart(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob, call := newPerson(t, p, c, home), newPerson(t, p, c, home), phone.NewCallID()
	alice.say(bob, call, "propose")
	bob.hear("propose")
	env := p.envelopes()[0]
	bob.Receive(env)
	bob.problem(seal.ErrReplayed)
	bob.restart()
	bob.Receive(env)
	bob.problem(seal.ErrReplayed)
	bob.silent()
	c.add(seal.MaxAge + time.Minute)
	bob.Receive(env)
	bob.problem(seal.ErrExpired)
	bob.silent()
}

func TestMissedCallWaitsInTheBox(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	bob.offline()
	require.NoError(t, alice.Send(t.Context(), bob.client.self, phone.NewCallID(), []byte("propose"), true))
	require.NoError(t, alice.Send(t.Context(), bob.client.self, phone.NewCallID(), []byte("not kept"), false))
	require.Eventually(t, func() bool { return alice.Stats().Sent == 2 }, patience, time.Millisecond)
	c.add(2 * 24 * time.Hour)
	bob.online()
	r := bob.hear("propose")
	require.True(t, r.Kept)
	require.Equal(t, 48*time.Hour, c.Now().Sub(r.Sent))
	bob.silent()
}

// A knock sealed to the prekey of last week waits in the box over a rotation.
func TestPrekeyRotationKeepsWhatWaits(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	old := p.bundles[bob.client.self.Mailbox]
	c.add(seal.RotateAfter - time.Hour)
	bob.offline()
	require.NoError(t, alice.Send(t.Context(), bob.client.self, phone.NewCallID(), []byte("propose"), true))
	require.Eventually(t, func() bool { return alice.Stats().Sent == 1 }, patience, time.Millisecond)
	c.add(2 * 24 * time.Hour)
	bob.restart() // a new process: it rotates, and takes the box with the old key
	require.NotEqual(t, old, p.bundles[bob.client.self.Mailbox])
	bob.hear("propose")
	c.add(seal.KeepRetired)
	bob.restart()
	require.Len(t, mustPrekeys(t, bob.store), 1+52, "one prekey is left")
}

func mustPrekeys(t *testing.T, m *memory) []byte {
	b, err := m.Get(prekeysKey)
	require.NoError(t, err)
	return b
}

func TestForgottenCallIsDeaf(t *testing.T) {
	p := newPost()
	alice, bob, call := inCall(t, p)
	alice.say(bob, call, "hangup")
	alice.Forget(call) // what waits is still sent
	bob.hear("hangup")
	bob.say(alice, call, "late")
	alice.problem(ErrNoCall)
	alice.silent()
	require.ErrorIs(t, alice.Send(t.Context(), bob.client.self, call, nil, false), ErrNoCall)
	bob.Forget(call)
	for _, env := range p.envelopes()[:1] {
		bob.Receive(env)
	}
	for _, b := range []*person{alice, bob} {
		require.Eventually(t, func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return len(b.calls)+len(b.sessions)+len(b.replies) == 0
		}, patience, time.Millisecond, "no key is left")
	}
}

// A knock of an ended call that comes late does not make it ring again.
func TestLateKnockOfAnEndedCall(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob, call := newPerson(t, p, c, home), newPerson(t, p, c, home), phone.NewCallID()
	alice.say(bob, call, "propose")
	bob.hear("propose")
	bob.Forget(call)
	alice.say(bob, call, "propose again")
	bob.problem(ErrNoCall)
	bob.silent()
}

func TestUndeliverableIsTold(t *testing.T) {
	p, c := newPost(), newClock()
	alice := newPerson(t, p, c, home)
	nobody, err := identity.NewAddress(identity.New(), home)
	require.NoError(t, err)
	fails := func(want error) {
		t.Helper()
		require.NoError(t, alice.Send(t.Context(), nobody, phone.NewCallID(), []byte("x"), false))
		select {
		case err := <-alice.failed:
			require.ErrorIs(t, err, want)
		case <-time.After(patience):
			require.FailNow(t, "not told")
		}
	}
	fails(errUnknown)
	p.bundles[nobody.Mailbox] = p.bundles[alice.client.self.Mailbox]
	fails(seal.ErrBadPrekey)
	alice.Attach(nil)
	fails(ErrNoClient)
	require.Empty(t, p.envelopes())
}

func TestPayloadLimits(t *testing.T) {
	p := newPost()
	alice, bob, call := inCall(t, p)
	require.ErrorIs(t, alice.Send(t.Context(), bob.client.self, call, make([]byte, seal.MaxSessionPayload+1), false), seal.ErrTooBig)
	require.NoError(t, alice.Send(t.Context(), bob.client.self, call, make([]byte, seal.MaxSessionPayload), false))
	require.Len(t, (<-bob.got).Payload, seal.MaxSessionPayload)
	fetched := p.fetched
	require.NoError(t, alice.Send(t.Context(), bob.client.self, phone.NewCallID(), make([]byte, seal.MaxKnockPayload+1), false))
	require.ErrorIs(t, <-alice.failed, seal.ErrTooBig)
	require.Equal(t, fetched, p.fetched, "nothing is asked for a message that cannot go")
}

func TestBundleIsCachedForAShortTime(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	for range 3 {
		alice.say(bob, phone.NewCallID(), "propose")
		bob.hear("propose")
	}
	require.Equal(t, 1, p.fetched)
	c.add(bundleFresh + time.Second)
	alice.say(bob, phone.NewCallID(), "propose")
	bob.hear("propose")
	require.Equal(t, 2, p.fetched)
}

func TestCallIDOfSomebodyElse(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob, mallory := newPerson(t, p, c, home), newPerson(t, p, c, home), newPerson(t, p, c, home)
	call := phone.NewCallID()
	alice.say(bob, call, "propose")
	bob.hear("propose")
	mallory.say(bob, call, "hangup")
	bob.problem(ErrWrongPeer)
	carol := newPerson(t, p, c, home)
	carol.say(alice, call, "hangup") // alice is the caller of it: no knock is due
	alice.problem(ErrWrongPeer)
	require.ErrorIs(t, bob.Send(t.Context(), mallory.client.self, call, nil, false), ErrWrongPeer)
	bob.silent()
	alice.silent()
	alice.say(alice, phone.NewCallID(), "to myself")
	c.add(problemEvery)
	alice.problem(ErrWrongPeer)
}

// A server that holds a knock back cannot make a phone ring for somebody who is long gone.
func TestKnockHeldBackByTheServerCountsAsKept(t *testing.T) {
	p, c := newPost(), newClock()
	alice, bob := newPerson(t, p, c, home), newPerson(t, p, c, home)
	p.set(func([]byte) [][]byte { return nil })
	alice.say(bob, phone.NewCallID(), "1")
	alice.say(bob, phone.NewCallID(), "2")
	require.Eventually(t, func() bool { return alice.Stats().Sent == 2 }, patience, time.Millisecond)
	c.add(liveFor)
	bob.Receive(p.envelopes()[0])
	require.False(t, (<-bob.got).Kept)
	c.add(time.Second)
	bob.Receive(p.envelopes()[1])
	require.True(t, (<-bob.got).Kept)
}

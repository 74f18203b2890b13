package courier

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/signal"
	"paravent/server"
)

// line is a phone's courier on a real connection.
type line struct {
	*Courier
	client *signal.Client
	got    chan Received
	failed chan error
}

var _ Client = (*signal.Client)(nil)

func openLine(t testing.TB, s *server.Server, me *identity.Identity, store Store) *line {
	l := &line{got: make(chan Received, 1000), failed: make(chan error, 1000)}
	var err error
	l.Courier, err = Open(Config{Identity: me, Store: store, OnMessage: func(r Received) { l.got <- r },
		OnUndeliverable: func(_ phone.CallID, err error) { l.failed <- err }})
	require.NoError(t, err)
	l.client, err = signal.Open(context.Background(), signal.Config{Server: s.Addr(), Identity: me,
		OnState: func(online bool, _ error) { l.Online(online) }, OnEnvelope: l.Receive})
	require.NoError(t, err)
	l.Attach(l.client)
	t.Cleanup(l.close)
	return l
}

func (l *line) close() {
	_ = l.client.Close()
	_ = l.Courier.Close()
}

// published waits until others can call this phone.
func (l *line) published(t testing.TB) *line {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := l.client.FetchPrekey(t.Context(), l.client.Self())
		return err == nil
	}, patience, 100*time.Millisecond)
	return l
}

func (l *line) hear(t testing.TB, text string) Received {
	t.Helper()
	select {
	case r := <-l.got:
		require.Equal(t, text, string(r.Payload))
		return r
	case err := <-l.failed:
		require.FailNow(t, "undeliverable", "%v", err)
	case <-time.After(patience):
		require.FailNow(t, "nothing heard", "instead of %q", text)
	}
	return Received{}
}

func openServer(t testing.TB) *server.Server {
	s, err := server.Open(t.Context(), server.Config{NoRelay: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// Two phones, one real server, the whole way: prekeys, knock, reply, session.
func TestCallThroughTheRealServer(t *testing.T) {
	s := openServer(t)
	before := ours()
	alice := openLine(t, s, identity.New(), newMemory())
	bob := openLine(t, s, identity.New(), newMemory()).published(t)
	call := phone.NewCallID()
	require.NoError(t, alice.Send(t.Context(), bob.client.Self(), call, []byte("propose"), true))
	r := bob.hear(t, "propose")
	require.Equal(t, alice.client.Self(), r.From)
	require.NoError(t, bob.Send(t.Context(), r.From, call, []byte("ringing"), false))
	require.Equal(t, bob.client.Self(), alice.hear(t, "ringing").From)
	sdp := strings.Repeat("a=candidate", 1000)
	require.NoError(t, alice.Send(t.Context(), bob.client.Self(), call, []byte(sdp), false))
	bob.hear(t, sdp)
	bob.client.Reconnect()
	require.NoError(t, bob.Send(t.Context(), r.From, call, []byte("answer"), false))
	alice.hear(t, "answer")
	alice.close()
	bob.close()
	require.Eventually(t, func() bool { return ours() <= before }, patience, 5*time.Millisecond, "goroutines leaked")
}

func ours() int {
	b := make([]byte, 4<<20)
	n := 0
	for g := range strings.SplitSeq(string(b[:runtime.Stack(b, true)]), "\n\n") {
		if strings.Contains(g, "courier.(*Courier)") || strings.Contains(g, "signal.(*Client)") {
			n++
		}
	}
	return n
}

// The server answers the sender before it stores (P14), and nothing tells when
// it has: a phone that comes back sooner gets the knock alive. Try again then.
func TestMissedCallThroughTheRealServer(t *testing.T) {
	s := openServer(t)
	me, store := identity.New(), newMemory()
	alice := openLine(t, s, identity.New(), newMemory())
	bob := openLine(t, s, me, store).published(t)
	for wait := 20 * time.Millisecond; wait < patience; wait *= 2 {
		bob.close()
		require.Eventually(t, func() bool { return s.Stats().Clients == 1 }, patience, time.Millisecond)
		require.NoError(t, alice.Send(t.Context(), bob.client.Self(), phone.NewCallID(), []byte("propose"), true))
		time.Sleep(wait)
		bob = openLine(t, s, me, store)
		if r := bob.hear(t, "propose"); r.Kept {
			require.Equal(t, alice.client.Self(), r.From)
			return
		}
	}
	require.Fail(t, "nothing came from the box")
}

func TestUnknownAddressThroughTheRealServer(t *testing.T) {
	s := openServer(t)
	alice := openLine(t, s, identity.New(), newMemory())
	nobody, err := identity.NewAddress(identity.New(), s.Addr())
	require.NoError(t, err)
	require.NoError(t, alice.Send(t.Context(), nobody, phone.NewCallID(), []byte("propose"), true))
	select {
	case err := <-alice.failed:
		require.ErrorIs(t, err, signal.ErrUnknownAddress)
	case <-time.After(patience):
		require.FailNow(t, "not told")
	}
}

// What a round of call messages costs: sealing, two passes of the server, opening.
func BenchmarkRoundTripThroughTheRealServer(b *testing.B) {
	s, err := server.Open(b.Context(), server.Config{NoRelay: true, Limits: server.Limits{Sends: 1e6, ConnBytes: 1 << 30}})
	require.NoError(b, err)
	defer s.Close()
	alice := openLine(b, s, identity.New(), newMemory())
	bob := openLine(b, s, identity.New(), newMemory()).published(b)
	call := phone.NewCallID()
	ping := func() {
		require.NoError(b, alice.Send(b.Context(), bob.client.Self(), call, []byte("ping"), false))
		r := bob.hear(b, "ping")
		require.NoError(b, bob.Send(b.Context(), r.From, call, []byte("pong"), false))
		alice.hear(b, "pong")
	}
	ping()
	for b.Loop() {
		ping()
	}
}

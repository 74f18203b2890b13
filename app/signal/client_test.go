package signal

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server"
	"paravent/server/wire"
)

func TestEnvelopesReachTheirMailbox(t *testing.T) {
	s := openServer(t, server.Config{})
	alice, bob := openClient(t, Config{Server: s.Addr()}), openClient(t, Config{Server: s.Addr()})
	require.NoError(t, alice.want(true))
	require.NoError(t, bob.want(true))
	require.NoError(t, alice.Send(t.Context(), bob.Self(), []byte("hello"), false))
	require.Equal(t, "hello", bob.receive())
	big := strings.Repeat("x", wire.MaxEnvelope)
	require.NoError(t, bob.Send(t.Context(), alice.Self(), []byte(big), false))
	require.Equal(t, big, alice.receive())
	require.ErrorIs(t, alice.Send(t.Context(), bob.Self(), []byte(big+"x"), false), ErrTooBig)
}

// A message placed before the client is online waits for the connection.
func TestRequestWaitsForTheConnection(t *testing.T) {
	s := openServer(t, server.Config{})
	c := openClient(t, Config{Server: s.Addr()})
	require.NoError(t, c.Send(t.Context(), c.Self(), []byte("at once"), false))
	require.Equal(t, "at once", c.receive())
}

func TestPrekeysAndBox(t *testing.T) {
	s := openServer(t, server.Config{})
	alice := openClient(t, Config{Server: s.Addr()})
	me := identity.New()
	bob, err := identity.NewAddress(me, s.Addr())
	require.NoError(t, err)
	_, err = alice.FetchPrekey(t.Context(), bob)
	require.ErrorIs(t, err, ErrUnknownAddress)
	b := openClient(t, Config{Server: s.Addr(), Identity: me})
	require.Equal(t, bob, b.Self())
	require.NoError(t, b.PublishPrekey(t.Context(), []byte("bundle")))
	got, err := alice.FetchPrekey(t.Context(), bob)
	require.NoError(t, err)
	require.Equal(t, "bundle", string(got))
	require.NoError(t, b.Close())
	require.Eventually(t, func() bool { return s.Stats().Clients == 1 }, patience, time.Millisecond)
	for _, m := range []string{"first", "second"} {
		require.NoError(t, alice.Send(t.Context(), bob, []byte(m), true))
	}
	b = openClient(t, Config{Server: s.Addr(), Identity: me})
	kept := map[string]bool{} // one may come both ways, when it came back before the server had stored
	for end := time.Now().Add(patience); len(kept) < 2 && time.Now().Before(end); {
		envs, err := b.TakeBox(t.Context())
		require.NoError(t, err)
		for _, env := range envs {
			kept[string(env)] = true
		}
		select {
		case env := <-b.envs:
			kept[env] = true
		case <-time.After(100 * time.Millisecond):
		}
	}
	require.Equal(t, map[string]bool{"first": true, "second": true}, kept)
}

func TestRefusalsAreFaults(t *testing.T) {
	r := openRogue(t)
	c := openClient(t, Config{Server: r.addr, Timeout: time.Second})
	require.NoError(t, c.want(true))
	_, err := c.Turn(t.Context())
	require.ErrorIs(t, err, ErrServiceOff, "nobody serves it")
	for reason, want := range map[string]*phone.Fault{
		wire.RefusedRate: ErrRateLimited, wire.RefusedBad: ErrServerRefused, wire.RefusedTooBig: ErrTooBig,
		wire.RefusedUnknown: ErrUnknownAddress, wire.RefusedUnreachable: ErrPeerServer, wire.RefusedOff: ErrServiceOff, "new": ErrServerRefused,
	} {
		require.ErrorIs(t, refusal(reason), want, reason)
	}
	for _, garbage := range []string{"", "x", "[]", `{"err":3}`, `{"envs":"x"}`} {
		sub := r.answer(t, wire.ServiceBox, garbage)
		_, err := c.TakeBox(t.Context())
		require.ErrorIs(t, err, ErrServerRefused, garbage)
		<-sub
	}
}

func TestBoxIsTakenToItsEnd(t *testing.T) {
	r := openRogue(t)
	asked := r.answer(t, wire.ServiceBox, `{"envs":["AAAA"],"more":true}`)
	c := openClient(t, Config{Server: r.addr})
	go func() { // a server that says "more" for ever
		for range asked {
		}
	}()
	envs, err := c.TakeBox(t.Context())
	require.NoError(t, err)
	require.Len(t, envs, boxRounds)
}

// P26: what is for another server goes to the own one, which alone speaks to it.
func TestP26OtherServersAreReachedThroughTheOwnOne(t *testing.T) {
	r := openRogue(t)
	asked := r.answer(t, wire.ServiceForward, `{"bundle":"YnVuZGxl"}`)
	var dialled atomic.Int32
	c := openClient(t, Config{Server: r.addr, Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialled.Add(1)
		require.Equal(t, r.addr.HostPort, addr)
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}})
	other, err := identity.NewAddress(identity.New(), wire.Addr{HostPort: "192.0.2.7:443", Pin: wire.Pin{7}})
	require.NoError(t, err)
	require.NoError(t, c.Send(t.Context(), other, []byte("env"), true))
	require.JSONEq(t, `{"server":"`+other.Server.String()+`","service":"send","body":"`+base64Of(`{"to":"`+other.Mailbox+`","env":"ZW52","keep":true}`)+`"}`, string(<-asked))
	got, err := c.FetchPrekey(t.Context(), other)
	require.NoError(t, err)
	require.Equal(t, "bundle", string(got))
	require.Contains(t, string(<-asked), `"service":"prekey"`)
	require.EqualValues(t, 1, dialled.Load())
}

func TestOwnServerByAnotherNameIsNotForwarded(t *testing.T) {
	s := openServer(t, server.Config{})
	c := openClient(t, Config{Server: s.Addr()})
	to := c.Self()
	to.Server.HostPort = "phone.example.org:443" // the same key: the same server
	require.NoError(t, c.Send(t.Context(), to, []byte("hello"), false))
	require.Equal(t, "hello", c.receive())
}

func TestWrongPinIsAFault(t *testing.T) {
	s := openServer(t, server.Config{})
	addr := s.Addr()
	addr.Pin[0] ^= 1
	c := openClient(t, Config{Server: addr, Timeout: time.Second})
	err := c.want(false)
	require.ErrorIs(t, err, ErrWrongServer)
	require.ErrorIs(t, err, wire.ErrWrongPin)
	require.ErrorIs(t, c.Send(t.Context(), c.Self(), nil, false), ErrServerUnreachable)
}

func TestUnreachableServerNeitherBlocksNorStops(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
	require.NoError(t, err)
	defer l.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	for name, hostPort := range map[string]string{"silent": l.Addr().String(), "closed": closed.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			check := noLeak(t)
			began := time.Now()
			c := openClient(t, Config{Server: wire.Addr{HostPort: hostPort}, Timeout: 300 * time.Millisecond})
			require.Less(t, time.Since(began), 200*time.Millisecond, "Open must not wait")
			require.ErrorIs(t, c.want(false), ErrServerUnreachable)
			require.ErrorIs(t, c.want(false), ErrServerUnreachable, "it tries again")
			require.ErrorIs(t, c.Send(t.Context(), c.Self(), []byte("x"), false), ErrServerUnreachable)
			began = time.Now()
			require.NoError(t, c.Close())
			require.Less(t, time.Since(began), time.Second)
			check()
		})
	}
}

func TestCloseDuringTheHandshakeIsQuick(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	check := noLeak(t)
	c := openClient(t, Config{Server: wire.Addr{HostPort: l.Addr().String()}, Timeout: time.Minute})
	conn, err := l.Accept()
	require.NoError(t, err)
	defer conn.Close()
	began := time.Now()
	require.NoError(t, c.Close())
	require.Less(t, time.Since(began), time.Second)
	check()
}

func TestBadConfigurationIsRefused(t *testing.T) {
	_, err := Open(t.Context(), Config{Server: wire.Addr{HostPort: "nowhere"}, Identity: identity.New()})
	require.ErrorIs(t, err, identity.ErrBadAddress)
}

func TestServerComesBack(t *testing.T) {
	dir := t.TempDir()
	s, err := server.Open(t.Context(), server.Config{Dir: dir, NoRelay: true})
	require.NoError(t, err)
	c := openClient(t, Config{Server: s.Addr()})
	require.NoError(t, c.want(true))
	port := s.Addr()
	require.NoError(t, s.Close())
	require.ErrorIs(t, c.want(false), ErrServerUnreachable)
	ap, err := net.ResolveTCPAddr("tcp", port.HostPort)
	require.NoError(t, err)
	openServer(t, server.Config{Dir: dir, Port: ap.Port})
	for {
		if st := <-c.states; st.online {
			break
		}
	}
	require.NoError(t, c.Send(t.Context(), c.Self(), []byte("again"), false))
	require.Equal(t, "again", c.receive())
}

func TestReconnectMakesANewConnectionAtOnce(t *testing.T) {
	check := noLeak(t)
	s := openServer(t, server.Config{})
	var dialled atomic.Int32
	c := openClient(t, Config{Server: s.Addr(), Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialled.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}})
	require.NoError(t, c.want(true))
	began := time.Now()
	c.Reconnect()
	require.ErrorIs(t, c.want(false), ErrServerUnreachable)
	require.NoError(t, c.want(true))
	require.Less(t, time.Since(began), firstDelay/2, "without backoff")
	require.EqualValues(t, 2, dialled.Load())
	require.NoError(t, c.Send(t.Context(), c.Self(), []byte("still here"), false))
	require.Equal(t, "still here", c.receive())
	require.NoError(t, c.Close())
	check()
}

// deadConn is a connection whose network vanished: writes go nowhere, nothing comes.
type deadConn struct {
	net.Conn
	dead *atomic.Bool
}

func (d deadConn) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	for d.dead.Load() && err == nil {
		n, err = d.Conn.Read(b)
	}
	return n, err
}

func (d deadConn) Write(b []byte) (int, error) {
	if d.dead.Load() {
		return len(b), nil
	}
	return d.Conn.Write(b)
}

func TestDeadNetworkIsNoticedByPings(t *testing.T) {
	s := openServer(t, server.Config{})
	var dead atomic.Bool
	var once sync.Once
	c := openClient(t, Config{Server: s.Addr(), ping: 50 * time.Millisecond, Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		first := false
		once.Do(func() { first = true })
		if err != nil || !first {
			return conn, err
		}
		return deadConn{conn, &dead}, nil
	}})
	require.NoError(t, c.want(true))
	dead.Store(true)
	require.ErrorIs(t, c.want(false), ErrServerUnreachable)
	require.NoError(t, c.want(true))
}

// A server that wants other things signed than a challenge gets nothing.
func TestOversizedChallengeIsNotSigned(t *testing.T) {
	c := &Client{}
	for _, n := range []int{0, maxNonce + 1, 4096} {
		_, err := c.sign(make([]byte, n))
		require.ErrorIs(t, err, ErrServerRefused)
	}
}

func TestServerThatRefusesTheLogin(t *testing.T) {
	r := openRogue(t)
	pin := r.addr.Pin
	r.addr.Pin = wire.Pin{} // it checks signatures for another key than its own
	c := openClient(t, Config{Server: wire.Addr{HostPort: r.addr.HostPort, Pin: pin}})
	require.ErrorIs(t, c.want(false), ErrServerRefused)
	require.ErrorIs(t, c.want(false), ErrServerRefused, "it goes on trying")
}

func TestNothingComesAfterClose(t *testing.T) {
	check := noLeak(t)
	s := openServer(t, server.Config{})
	var late, closed atomic.Bool
	c, err := Open(t.Context(), Config{Server: s.Addr(), Identity: identity.New(),
		OnState:    func(bool, error) { late.CompareAndSwap(false, closed.Load()) },
		OnEnvelope: func([]byte) { late.CompareAndSwap(false, closed.Load()) }})
	require.NoError(t, err)
	for range 20 {
		require.NoError(t, c.Send(t.Context(), c.Self(), []byte("x"), false))
	}
	require.NoError(t, c.Close())
	closed.Store(true)
	require.ErrorIs(t, c.Send(t.Context(), c.Self(), nil, false), phone.ErrClosed)
	require.NoError(t, c.Close(), "twice is well")
	c.Reconnect()
	check()
	require.False(t, late.Load())
}

func TestHostNamesReachTheDialerUnresolved(t *testing.T) {
	asked := make(chan string, 10)
	c := openClient(t, Config{Server: wire.Addr{HostPort: "localhost:443"}, Dial: func(_ context.Context, _, addr string) (net.Conn, error) {
		asked <- addr
		return nil, io.ErrUnexpectedEOF
	}})
	err := c.want(false)
	require.ErrorIs(t, err, ErrServerUnreachable)
	require.True(t, errors.Is(err, io.ErrUnexpectedEOF), "the dialer's reason is kept: %v", err)
	require.Equal(t, "localhost:443", <-asked)
}

func TestDelayGrowsAndIsJittered(t *testing.T) {
	seen := map[time.Duration]bool{}
	for n := range 40 {
		full := min(lastDelay, firstDelay<<min(n, 10))
		d := delay(n)
		require.GreaterOrEqual(t, d, full/2)
		require.Less(t, d, full)
		seen[delay(20)] = true
	}
	require.Greater(t, len(seen), 30)
}

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

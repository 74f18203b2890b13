package wireguard

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// echoes sends through c and wants the same back.
func echoes(t *testing.T, c net.Conn, size int) {
	t.Helper()
	sent, got := make([]byte, size), make([]byte, size)
	_, _ = rand.Read(sent)
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err := c.Write(sent)
	require.NoError(t, err)
	_, err = io.ReadFull(c, got)
	require.NoError(t, err)
	require.Equal(t, sent, got)
}

func TestConnectionsGoThroughTheTunnel(t *testing.T) {
	p := newProvider(t)
	tunnel := p.open(Options{})
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.2.0.2/32"), netip.MustParsePrefix("fd00:2::2/128")}, tunnel.Locals())
	for _, row := range []struct {
		network, address, local string
		size                    int
	}{
		{"tcp", "10.2.0.1:7", "10.2.0.2", 300_000},
		{"tcp", "[fd00:2::1]:7", "fd00:2::2", 300_000},
		{"tcp4", "echo.example:7", "10.2.0.2", 10},
		{"tcp6", "echo.example:7", "fd00:2::2", 10},
		{"tcp", "six.example:7", "fd00:2::2", 10},
		{"tcp", "four.Example.:7", "10.2.0.2", 10},
		{"tcp", "long.example:7", "10.2.0.2", 10},
		{"udp", "10.2.0.1:7", "10.2.0.2", 1200},
		{"udp", "10.2.0.1:7", "10.2.0.2", 1800}, // in fragments
		{"udp6", "echo.example:7", "fd00:2::2", 1200},
	} {
		t.Run(row.network+" "+row.address, func(t *testing.T) {
			c, err := tunnel.DialContext(t.Context(), row.network, row.address)
			require.NoError(t, err)
			defer c.Close()
			require.Equal(t, row.local, addrPort(c.LocalAddr()).Addr().String())
			if strings.HasPrefix(row.network, "udp") {
				echoesOnce(t, c, row.size)
				return
			}
			echoes(t, c, row.size)
		})
	}
}

// echoesOnce is echoes for one datagram.
func echoesOnce(t *testing.T, c net.Conn, size int) {
	t.Helper()
	sent, got := make([]byte, size), make([]byte, size+1)
	_, _ = rand.Read(sent)
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err := c.Write(sent)
	require.NoError(t, err)
	n, err := c.Read(got)
	require.NoError(t, err)
	require.Equal(t, sent, got[:n])
}

func TestWhatTheTunnelCannotDoFails(t *testing.T) {
	p := newProvider(t)
	tunnel := p.open(Options{})
	for address, want := range map[string]error{
		"127.0.0.1:7": ErrNotCovered, "[::1]:7": ErrNotCovered, "169.254.169.254:80": ErrNotCovered,
		"[::ffff:127.0.0.1]:7": ErrNotCovered, "0.0.0.0:7": ErrNotCovered, "here.example:7": nil,
	} {
		_, err := tunnel.DialContext(t.Context(), "tcp4", address)
		require.Error(t, err, address)
		if want != nil {
			require.ErrorIs(t, err, want, address)
		}
	}
	_, err := tunnel.DialContext(t.Context(), "tcp", "10.2.0.1:9")
	require.ErrorContains(t, err, "refused")
	for _, network := range []string{"unix", "ip", "tcp5", ""} {
		_, err := tunnel.DialContext(t.Context(), network, "10.2.0.1:7")
		require.Error(t, err, network)
	}
	for _, address := range []string{"10.2.0.1", "10.2.0.1:http", "10.2.0.1:70000", ""} {
		_, err := tunnel.DialContext(t.Context(), "tcp", address)
		require.Error(t, err, address)
	}
	asked := p.asked.Load()
	for _, host := range []string{"localhost", "printer.local", "a.localhost", "no name", "127.1", strings.Repeat("a", 64) + ".example"} {
		_, err := tunnel.DialContext(t.Context(), "tcp", net.JoinHostPort(host, "7"))
		dns, ok := errors.AsType[*net.DNSError](err)
		require.True(t, ok && dns.IsNotFound, "%s: %v", host, err)
	}
	require.Equal(t, asked, p.asked.Load(), "names of this computer are asked of nobody")
	for _, host := range []string{"nowhere.invalid", "broken.example"} {
		_, err := tunnel.DialContext(t.Context(), "tcp", host+":7")
		_, ok := errors.AsType[*net.DNSError](err)
		require.True(t, ok, "%s: %v", host, err)
	}
	require.Greater(t, p.asked.Load(), asked)
}

func TestNamesWithoutNameServerAreATypedFault(t *testing.T) {
	p := newProvider(t)
	tunnel := open(t, config(t, strings.Replace(p.admit(), "DNS = 10.2.0.1\n", "", 1)), Options{})
	_, err := tunnel.DialContext(t.Context(), "tcp", "echo.example:7")
	require.ErrorIs(t, err, ErrNoDNS)
	_, err = tunnel.Net().ResolveUDPAddr("udp", "echo.example:7")
	require.ErrorIs(t, err, ErrNoDNS)
	require.Zero(t, p.asked.Load())
}

func TestAFamilyThatTheTunnelLacksIsATypedFault(t *testing.T) {
	p := newProvider(t)
	tunnel := open(t, config(t, strings.Replace(p.admit(), ", ::/0", "", 1)), Options{})
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.2.0.2/32")}, tunnel.Locals())
	_, err := tunnel.DialContext(t.Context(), "tcp", "[fd00:2::1]:7")
	require.ErrorIs(t, err, ErrNotCovered)
	_, err = tunnel.DialContext(t.Context(), "tcp6", "10.2.0.1:7")
	require.ErrorIs(t, err, ErrNotCovered)
}

func TestAWrongKeyIsUnreachableWithinTheLimit(t *testing.T) {
	p := newProvider(t)
	_, other := pair(t)
	stranger, _ := pair(t)
	good := p.client()
	for name, change := range map[string]func(*keys){
		"ours":   func(k *keys) { k.private = stranger },
		"theirs": func(k *keys) { k.peer = other },
		"shared": func(k *keys) { k.shared = stranger },
	} {
		t.Run(name, func(t *testing.T) {
			c, k := good, *good.keys
			change(&k)
			c.keys = &k
			begun := time.Now()
			tunnel, err := Open(t.Context(), c, Options{Timing: quick()})
			require.Nil(t, tunnel)
			require.ErrorIs(t, err, ErrUnreachable)
			require.Equal(t, "wireguard-unreachable", phone.CodeOf(err))
			require.GreaterOrEqual(t, time.Since(begun), quick().Handshake)
			require.Less(t, time.Since(begun), 5*time.Second)
		})
	}
	require.Equal(t, 5*time.Second, Options{}.filled().Timing.Handshake)
}

func TestOpeningCanBeGivenUp(t *testing.T) {
	p := newProvider(t)
	c := p.client()
	s := &sockets{}
	s.silent.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	opts := s.options()
	opts.ListenPacket = func(ctx context.Context, network, address string) (net.PacketConn, error) {
		defer cancel()
		return s.listen(ctx, network, address)
	}
	_, err := Open(ctx, c, opts)
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.last.WriteTo(nil, s.last.LocalAddr())
	require.ErrorIs(t, err, net.ErrClosed, "the socket is closed")
	_, err = Open(t.Context(), Config{}, Options{})
	require.ErrorIs(t, err, ErrBadConfig)
}

func TestFaultsOfTheWayToTheProviderAreKept(t *testing.T) {
	p := newProvider(t)
	c := p.client()
	_, err := Open(t.Context(), c, Options{ListenPacket: func(context.Context, string, string) (net.PacketConn, error) {
		return nil, phone.ErrClosed
	}})
	require.ErrorIs(t, err, phone.ErrClosed)
	require.NotErrorIs(t, err, ErrUnreachable)
	c.Host = "provider.example"
	for _, answer := range []error{errors.New("no answer"), nil} {
		_, err = Open(t.Context(), c, Options{Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			require.Equal(t, "provider.example", host)
			return nil, answer
		}})
		require.ErrorIs(t, err, ErrUnreachable)
	}
}

func TestAProviderIsTriedAtEachOfItsAddresses(t *testing.T) {
	p := newProvider(t)
	c := p.client()
	c.Host = "provider.example"
	s := &sockets{dead: "127.0.0.9"}
	opts := s.options()
	opts.Timing = Timing{Retry: 100 * time.Millisecond}
	opts.Resolve = func(context.Context, string) ([]netip.Addr, error) {
		return addrs("::1", "fe80::2", "127.0.0.9", "127.0.0.1"), nil
	}
	tunnel := open(t, c, opts)
	conn, err := tunnel.DialContext(t.Context(), "tcp", "10.2.0.1:7")
	require.NoError(t, err)
	echoes(t, conn, 10)
	require.Equal(t, []string{"127.0.0.1:" + p.port, "127.0.0.9:" + p.port}, s.wentTo())
	require.Equal(t, []string{"udp4", "udp6"}, s.opened[:2])
}

func TestTheFirstAttemptCountsWithPersistentKeepaliveToo(t *testing.T) {
	// A second handshake within milliseconds is a replay to the provider.
	p := newProvider(t)
	for _, text := range []string{p.admit(), p.admit() + "PersistentKeepalive = 25\n"} {
		var s sockets
		opts := s.options()
		opts.Timing = Timing{Handshake: 20 * time.Second, Retry: time.Hour}
		open(t, config(t, text), opts)
		require.Equal(t, 1, s.handshakes())
	}
}

func TestNothingIsLogged(t *testing.T) {
	p := newProvider(t)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	tunnel, opened := Open(t.Context(), p.client(), Options{})
	_, failed := Open(t.Context(), p.client(), Options{Timing: Timing{Handshake: time.Nanosecond}})
	os.Stdout, os.Stderr = out, errs
	require.NoError(t, opened)
	require.ErrorIs(t, failed, ErrUnreachable)
	require.NoError(t, tunnel.Close())
	require.NoError(t, w.Close())
	logged, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Empty(t, string(logged))
}

func TestLostWhenTheProviderFallsSilent(t *testing.T) {
	p := newProvider(t)
	s := &sockets{}
	opts := s.options()
	opts.Timing = quick()
	tunnel := p.open(opts)
	c, err := tunnel.DialContext(t.Context(), "udp", "10.2.0.1:7")
	require.NoError(t, err)

	for end := time.Now().Add(2 * quick().Silence); time.Now().Before(end); {
		echoesOnce(t, c, 100)
	}
	select {
	case <-tunnel.Lost():
		t.Fatal("lost while it answers")
	case <-time.After(2 * quick().Silence):
		// Silence alone is no sign: nothing was sent.
	}
	select {
	case <-tunnel.Lost():
		t.Fatal("lost while nothing is sent")
	default:
	}

	s.silent.Store(true)
	_, err = c.Write([]byte("anybody?"))
	require.NoError(t, err)
	select {
	case <-tunnel.Lost():
	case <-time.After(10 * time.Second):
		t.Fatal("not lost")
	}
	require.NoError(t, tunnel.Close())
}

func TestLostWhenTheOuterSocketIsGone(t *testing.T) {
	p := newProvider(t)
	s := &sockets{}
	tunnel := p.open(s.options())
	require.NoError(t, s.last.Close())
	select {
	case <-tunnel.Lost():
	case <-time.After(10 * time.Second):
		t.Fatal("not lost")
	}
}

func TestCloseEndsEverythingThatWasOpened(t *testing.T) {
	p := newProvider(t)
	s := &sockets{}
	c := p.client()
	require.NoError(t, open(t, c, s.options()).Close()) // the provider now has what it keeps for a client
	before := runtime.NumGoroutine()
	tunnel := open(t, c, s.options())
	tcp, err := tunnel.DialContext(t.Context(), "tcp", "10.2.0.1:7")
	require.NoError(t, err)
	udp, err := tunnel.Net().ListenPacket("udp4", "0.0.0.0:0")
	require.NoError(t, err)
	ended := make(chan error, 3)
	go func() { _, err := tcp.Read(make([]byte, 1)); ended <- err }()
	go func() { _, _, err := udp.ReadFrom(make([]byte, 1)); ended <- err }()
	go func() { _, err := tunnel.DialContext(t.Context(), "tcp", "203.0.113.1:7"); ended <- err }()
	dialling := func() bool { return tunnel.stack.ip.Stats().TCP.ActiveConnectionOpenings.Value() == 2 }
	require.Eventually(t, dialling, 5*time.Second, time.Millisecond)

	require.NoError(t, tunnel.Close())
	require.NoError(t, tunnel.Close())
	for range 3 {
		select {
		case err := <-ended:
			require.Error(t, err)
		case <-time.After(5 * time.Second):
			t.Fatal("still waiting")
		}
	}
	_, err = udp.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(netip.MustParseAddrPort("10.2.0.1:7")))
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = tcp.Write([]byte("x"))
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = tunnel.DialContext(t.Context(), "tcp", "10.2.0.1:7")
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = tunnel.Net().ListenPacket("udp", ":0")
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = s.last.WriteTo(nil, s.last.LocalAddr())
	require.ErrorIs(t, err, net.ErrClosed)
	select {
	case <-tunnel.Lost():
		t.Fatal("closed is not lost")
	default:
	}
	// The provider's end of the TCP connection may stay.
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 10*time.Millisecond, "goroutines stay")
}

func TestDeadlinesAndClosingAreThoseOfTheNetPackage(t *testing.T) {
	p := newProvider(t)
	tunnel := p.open(Options{})
	c, err := tunnel.DialContext(t.Context(), "tcp", "10.2.0.1:7")
	require.NoError(t, err)
	u, err := tunnel.Net().ListenPacket("udp", ":0")
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	require.NoError(t, u.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	_, _, err = u.ReadFrom(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, c.Close())
	require.NoError(t, u.Close())
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	_, _, err = u.ReadFrom(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
}

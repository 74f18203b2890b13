package route

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/server/wire"
)

func TestCheckRelayAllocatesOnce(t *testing.T) {
	for _, transport := range []string{"tls", "udp", "tcp", ""} {
		t.Run(transport, func(t *testing.T) {
			r := startRelay(t, "127.0.0.1")
			relays := r.Relays
			if transport != "" {
				relays = r.only(transport)
			}
			proof, err := CheckRelay(t.Context(), relays, Options{})
			require.NoError(t, err)
			require.Equal(t, netip.MustParseAddr("127.0.0.1"), proof.Relayed.Addr())
			require.Equal(t, netip.MustParseAddr("127.0.0.1"), proof.SeenAs.Addr())
			require.NotZero(t, proof.SeenAs.Port())
			require.Equal(t, transport == "tls" || transport == "", proof.TLS)
			require.EqualValues(t, 1, r.allocations.Load())
			require.Eventually(t, func() bool { return r.server.AllocationCount() == 0 }, 5*time.Second, 5*time.Millisecond, "given back")
		})
	}
}

func TestCheckRelayFallsBackToUDP(t *testing.T) {
	r := startRelay(t, "127.0.0.1")
	relays := r.Relays
	relays.URIs = []string{"turns:" + closedPort(t) + "?transport=tcp", r.overUDP("127.0.0.1")}
	proof, err := CheckRelay(t.Context(), relays, Options{})
	require.NoError(t, err)
	require.False(t, proof.TLS)
}

func TestRelayOverIPv6(t *testing.T) {
	for _, transport := range []string{"tls", "udp"} {
		r := startRelay(t, "::1")
		proof, err := CheckRelay(t.Context(), r.only(transport), Options{})
		require.NoError(t, err)
		require.Equal(t, netip.MustParseAddr("::1"), proof.Relayed.Addr())
		require.Equal(t, netip.MustParseAddr("::1"), proof.SeenAs.Addr())
	}
}

func TestCheckRelayRefusals(t *testing.T) {
	r := startRelay(t, "127.0.0.1")
	_, otherPin := selfSigned(t)
	wrongPin, wrongPassword, none, noCredentials, bad := r.only("tls"), r.Relays, r.Relays, r.Relays, r.Relays
	wrongPin.Pin, wrongPassword.Password, none.URIs, noCredentials.Username = otherPin, "wrong", nil, ""
	bad.URIs = []string{"http://127.0.0.1"}
	for name, relays := range map[string]Relays{
		"wrong pin": wrongPin, "wrong password": wrongPassword, "none offered": none, "no credentials": noCredentials, "bad URI": bad,
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			_, err := CheckRelay(t.Context(), relays, Options{})
			require.ErrorIs(t, err, ErrRelayUnavailable)
			require.Equal(t, name == "wrong pin", errors.Is(err, wire.ErrWrongPin))
			require.Less(t, time.Since(begun), 2*time.Second)
		})
	}
	require.Zero(t, r.allocations.Load())
}

func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().String()
}

// silentPort accepts packets and connections, and never answers.
func silentPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u, err := net.ListenPacket("udp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = l.Close(), u.Close() })
	return l.Addr().String()
}

func TestP09RelayDownIsAnErrorWithinFiveSeconds(t *testing.T) {
	for name, at := range map[string]string{"refused": closedPort(t), "silent": silentPort(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			relays := Relays{URIs: []string{"turns:" + at + "?transport=tcp", "turn:" + at + "?transport=udp"}, Username: "user", Password: "secret"}
			begun := time.Now()
			_, err := CheckRelay(t.Context(), relays, Options{})
			require.ErrorIs(t, err, ErrRelayUnavailable)
			require.Equal(t, "relay-unavailable", phone.CodeOf(err))
			require.Less(t, time.Since(begun), 5*time.Second)
		})
	}
}

func TestP09CheckEndsWithItsContext(t *testing.T) {
	at := silentPort(t)
	relays := Relays{URIs: []string{"turn:" + at + "?transport=udp"}, Username: "user", Password: "secret"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	_, err := CheckRelay(ctx, relays, Options{})
	require.ErrorIs(t, err, ErrRelayUnavailable)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(begun), time.Second)
}

// TestP09NoRelayNoCandidate: a relay that dies after the check, or has another
// key, yields an error and no candidate at all; the route is not widened.
func TestP09NoRelayNoCandidate(t *testing.T) {
	r := startRelay(t, "127.0.0.1")
	down, wrongPin := r.only("tls"), r.only("tls")
	down.URIs = []string{"turns:" + closedPort(t) + "?transport=tcp"}
	_, wrongPin.Pin = selfSigned(t)
	for name, relays := range map[string]Relays{"down": down, "wrong pin": wrongPin} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, mustPlan(t, phone.Relay, relays, Options{}))
			offer := p.offer()
			require.Empty(t, <-p.out)
			left, errs := p.everything()
			require.Equal(t, []string{offer}, left)
			require.Empty(t, candidateTypes(left))
			require.Len(t, errs, 1)
			require.ErrorIs(t, errs[0], ErrRelayUnavailable)
		})
	}
	require.Zero(t, r.allocations.Load())
}

func TestP09RelayedPlanNeedsARelay(t *testing.T) {
	useless := farRelays
	useless.URIs = []string{"stun:203.0.113.5:3478"}
	for _, relays := range []Relays{{}, useless} {
		_, err := NewPlan(phone.Relay, relays, Options{})
		require.ErrorIs(t, err, ErrRelayUnavailable)
	}
	_, err := NewPlan(phone.NoRoute, farRelays, Options{})
	require.Error(t, err)
}

// TestTLSRelayIsNeverReachedInClear: the first byte of every stream is a TLS handshake's.
func TestTLSRelayIsNeverReachedInClear(t *testing.T) {
	r, first := startRelay(t, "127.0.0.1"), &firstBytes{}
	opts := Options{Dial: first.dial}
	_, err := CheckRelay(t.Context(), r.only("tls"), opts)
	require.NoError(t, err)
	p := newPeer(t, mustPlan(t, phone.Relay, r.only("tls"), opts))
	p.offer()
	require.Contains(t, <-p.out, " typ relay ")
	require.Empty(t, <-p.out, "one allocation is enough")
	require.Equal(t, []byte{0x16, 0x16}, first.seen())
}

// TestPlainTCPOnlyWhereNoTLSIsNamed: what the server names as TLS is never
// spoken to in clear, also where it is named as plain besides.
func TestPlainTCPOnlyWhereNoTLSIsNamed(t *testing.T) {
	r, first := startRelay(t, "127.0.0.1"), &firstBytes{}
	proof, err := CheckRelay(t.Context(), r.only("tcp"), Options{Dial: first.dial})
	require.NoError(t, err)
	require.False(t, proof.TLS)
	require.NotEqual(t, []byte{0x16}, first.seen())
	both := r.only("tls")
	both.URIs = append(both.URIs, fmt.Sprintf("turn:127.0.0.1:%d?transport=tcp", r.tls))
	first = &firstBytes{}
	p := newPeer(t, mustPlan(t, phone.Relay, both, Options{Dial: first.dial}))
	p.offer()
	require.Contains(t, <-p.out, " typ relay ")
	for _, b := range first.seen() {
		require.Equal(t, byte(0x16), b)
	}
}

// TestPionUsesTheConnectionAsItIs guards what pinnedDialer relies on: with a
// proxy dialer, pion adds no TLS of its own to a turns: connection.
func TestPionUsesTheConnectionAsItIs(t *testing.T) {
	r := startRelay(t, "127.0.0.1")
	engine, config, err := mustPlan(t, phone.Relay, r.only("tls"), Options{}).Settings(t.Context())
	require.NoError(t, err)
	dialer := &countingDialer{next: pinnedDialer{ctx: t.Context(), pin: r.Pin, dial: (&net.Dialer{}).DialContext}}
	engine.SetICEProxyDialer(dialer)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(config)
	require.NoError(t, err)
	defer func() { require.NoError(t, pc.Close()) }()
	_, err = pc.CreateDataChannel("x", nil)
	require.NoError(t, err)
	done := webrtc.GatheringCompletePromise(pc)
	offer, err := pc.CreateOffer(nil)
	require.NoError(t, err)
	require.NoError(t, pc.SetLocalDescription(offer))
	<-done
	require.Equal(t, []string{"tcp4", "tcp6"}, slices.Sorted(slices.Values(dialer.dials)))
	require.Contains(t, pc.LocalDescription().SDP, " typ relay ")
}

type countingDialer struct {
	next  pinnedDialer
	mu    sync.Mutex
	dials []string
}

func (d *countingDialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	d.dials = append(d.dials, network)
	d.mu.Unlock()
	return d.next.Dial(network, address)
}

func TestCloseDoesNotWaitForASilentRelay(t *testing.T) {
	plan := mustPlan(t, phone.Relay, Relays{
		URIs: []string{"turns:" + silentPort(t) + "?transport=tcp"}, Username: "user", Password: "secret",
	}, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	engine, config, err := plan.Settings(ctx)
	require.NoError(t, err)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(config)
	require.NoError(t, err)
	_, err = pc.CreateDataChannel("x", nil)
	require.NoError(t, err)
	offer, err := pc.CreateOffer(nil)
	require.NoError(t, err)
	require.NoError(t, pc.SetLocalDescription(offer))
	begun := time.Now()
	cancel()
	require.NoError(t, pc.Close())
	require.Less(t, time.Since(begun), time.Second)
}

package route

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

func TestP01NothingIsOpenedBeforeAskedFor(t *testing.T) {
	n, first := newCountingNet(t), &firstBytes{}
	r := startRelay(t, "127.0.0.1")
	for _, route := range []phone.Route{phone.Relay, phone.Direct} {
		p := newPeer(t, mustPlan(t, route, r.Relays, Options{Net: n, Dial: first.dial}))
		require.NotNil(t, p.gate)
	}
	require.Empty(t, n.used())
	require.Empty(t, first.seen())
	require.Zero(t, r.allocations.Load())
}

func TestP24OnlyOwnServersAreAsked(t *testing.T) {
	_, config, err := mustPlan(t, phone.Direct, Relays{}, Options{}).Settings(t.Context())
	require.NoError(t, err)
	require.Empty(t, config.ICEServers)
	mixed := farRelays
	mixed.URIs = append([]string{"stun:stun.example:3478", "turn:203.0.113.5:80?transport=tcp"}, mixed.URIs...)
	_, config, err = mustPlan(t, phone.Relay, mixed, Options{}).Settings(t.Context())
	require.NoError(t, err)
	require.Equal(t, webrtc.ICETransportPolicyRelay, config.ICETransportPolicy)
	require.Len(t, config.ICEServers, 1)
	require.Equal(t, append(slices.Clone(farRelays.URIs), "turn:203.0.113.5:80?transport=tcp"), config.ICEServers[0].URLs)
}

func TestP02NamesAreNeverLookedUp(t *testing.T) {
	var queries atomic.Int32
	old := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		queries.Add(1)
		return nil, net.ErrClosed
	}}
	defer func() { net.DefaultResolver = old }()
	n := newCountingNet(t)
	r := startRelay(t, "127.0.0.1")
	for _, route := range []phone.Route{phone.Relay, phone.Direct} {
		a := newPeer(t, mustPlan(t, route, r.only("tls"), Options{Net: n}))
		b := newPeer(t, mustPlan(t, route, r.only("tls"), Options{Net: n}))
		var evil strings.Builder
		for _, name := range []string{"victim.example", "4f1d8a2c-1111-2222-3333-444455556666.local", "localhost"} {
			line := "candidate:1 1 udp 2130706431 " + name + " 50000 typ relay raddr 0.0.0.0 rport 9"
			_, keep, err := b.gate.InCandidate(line)
			require.NoError(t, err)
			require.False(t, keep)
			evil.WriteString("a=" + line + "\r\n")
		}
		b.accept(webrtc.SDPTypeOffer, a.offer()+evil.String())
		a.accept(webrtc.SDPTypeAnswer, b.describe(func() (webrtc.SessionDescription, error) { return b.pc.CreateAnswer(nil) }))
		for line := range b.out { // gathering, too, is over
			if line == "" {
				break
			}
		}
	}
	require.Zero(t, queries.Load(), "DNS queries")
	for _, use := range n.used() {
		require.NotContains(t, use, ":5353", "mDNS")
		require.NotContains(t, use, "224.0.0.251")
		require.NotContains(t, use, ".local")
		require.NotContains(t, use, "victim")
	}
}

// TestP03RaddrNeverLeaves gathers for real, and shows that pion would have told.
func TestP03RaddrNeverLeaves(t *testing.T) {
	told := 0
	for _, host := range []string{"127.0.0.1", "::1"} {
		for _, transport := range []string{"udp", "tcp", "tls"} {
			for _, filter := range []bool{false, true} {
				if filter && host == "::1" {
					continue // pion's filtered sockets never bind to ::1
				}
				t.Run(host+" "+transport, func(t *testing.T) {
					raw, left := gatherRelayed(t, startRelay(t, host).only(transport), filter)
					require.NotEmpty(t, left)
					for _, line := range raw {
						if strings.Contains(line, "raddr") {
							told++
						}
					}
					for _, line := range left {
						require.True(t, strings.HasSuffix(line, " typ relay raddr 0.0.0.0 rport 9"), line)
					}
				})
			}
		}
	}
	require.Positive(t, told, "pion no longer writes raddr: this test proves nothing")
}

func gatherRelayed(t *testing.T, r Relays, filter bool) (raw, left []string) {
	t.Helper()
	plan := mustPlan(t, phone.Relay, r, Options{})
	engine, config, err := plan.Settings(t.Context())
	require.NoError(t, err)
	if filter {
		engine.SetIPFilter(net.IP.IsLoopback)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(config)
	require.NoError(t, err)
	defer func() { require.NoError(t, pc.Close()) }()
	_, err = pc.CreateDataChannel("x", nil)
	require.NoError(t, err)
	gate, done := NewGate(plan, nil), make(chan error, 1)
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			_, err := gate.OutCandidate("")
			done <- err
			return
		}
		line := c.ToJSON().Candidate
		raw = append(raw, line)
		if out, err := gate.OutCandidate(line); err == nil {
			left = append(left, out)
		}
	})
	offer, err := pc.CreateOffer(nil)
	require.NoError(t, err)
	require.NoError(t, pc.SetLocalDescription(offer))
	require.NoError(t, <-done)
	return raw, left
}

// TestP03AnyCandidate: whatever pion may come to write, no related address and
// no local one passes.
func TestP03AnyCandidate(t *testing.T) {
	relayed := mustPlan(t, phone.Relay, farRelays, Options{})
	rapid.Check(t, func(t *rapid.T) {
		g := NewGate(relayed, home)
		pool := []string{"203.0.113.5", "192.168.1.10", "127.0.0.1", "198.51.100.7", "2a01:db8:1:2::10", "fe80::10", "0.0.0.0", "a.example"}
		pick := func(name string) string { return rapid.SampledFrom(pool).Draw(t, name) }
		typ := rapid.SampledFrom([]string{typHost, typSrflx, typPrflx, typRelay}).Draw(t, "typ")
		line := "candidate:" + rapid.StringMatching(`[0-9a-z]{1,10}`).Draw(t, "foundation") + " 1 udp 1 " + pick("addr") + " 5000 typ " + typ
		if rapid.Bool().Draw(t, "raddr") {
			line += " raddr " + pick("raddr") + " rport 4000"
		}
		if rapid.Bool().Draw(t, "ext") {
			line += " generation 0 x-address " + pick("ext")
		}
		out, err := g.OutCandidate(line)
		if err != nil {
			require.ErrorIs(t, err, ErrLeak)
			require.Empty(t, out)
			return
		}
		require.Equal(t, typRelay, typ)
		require.True(t, strings.HasSuffix(out, " typ relay raddr 0.0.0.0 rport 9"), out)
		for _, p := range homeLocals {
			require.False(t, mentions(out, p.Addr()), out)
		}
		require.Empty(t, g.Shown())
	})
}

func TestP21CallsShareNothing(t *testing.T) {
	r := startRelay(t, "127.0.0.1")
	now := time.Now() // pion refuses certificates that are not valid today
	lines := func(clock time.Time) map[string]bool {
		p := newPeer(t, mustPlan(t, phone.Relay, r.Relays, Options{Now: func() time.Time { return clock }}))
		text := p.offer()
		for line := range p.out {
			if line == "" {
				break
			}
			text += line + "\r\n"
		}
		require.NotRegexp(t, `(?i)pion|paravent|mozilla|chrome|`+t.Name(), text)
		set := map[string]bool{}
		for line := range strings.Lines(text) {
			set[strings.TrimSpace(line)] = true
		}
		return set
	}
	// What two calls of one phone share must be what all phones share.
	first, second := lines(now), lines(now.Add(3*time.Second))
	fields := 0
	for line := range first {
		if name, rest, ok := strings.Cut(line, " 1 udp "); ok {
			require.False(t, slices.ContainsFunc(slices.Collect(maps.Keys(second)), func(other string) bool {
				return strings.HasPrefix(other, name+" ")
			}), "two calls name the same foundation: %s %s", name, rest)
		}
		switch {
		case strings.HasPrefix(line, "a=ice-"), strings.HasPrefix(line, "a=ssrc"), strings.HasPrefix(line, "a=fingerprint"),
			strings.HasPrefix(line, "a=msid:"), strings.HasPrefix(line, "candidate:"):
			fields++
			require.False(t, second[line], line)
		default:
			require.True(t, second[line], "differs between calls, and so may tell them apart: %s", line)
		}
	}
	require.GreaterOrEqual(t, fields, 8)
	require.True(t, first["o=- 1 1 IN IP4 0.0.0.0"])
	require.True(t, first["s=-"])
}

func TestP21CertificateTellsNoClock(t *testing.T) {
	parse := func(now time.Time) *x509.Certificate {
		c, err := newCertificate(now)
		require.NoError(t, err)
		text, err := c.PEM()
		require.NoError(t, err)
		for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
					return cert
				}
			}
		}
		t.Fatal("no certificate")
		return nil
	}
	now := time.Date(2026, 1, 31, 23, 59, 58, 0, time.FixedZone("x", 3600))
	a, b := parse(now), parse(now.Add(-20*24*time.Hour))
	require.Equal(t, a.NotBefore, b.NotBefore)
	require.Equal(t, a.NotAfter, b.NotAfter)
	require.Equal(t, time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), a.NotBefore)
	require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), a.NotAfter)
	require.NotEqual(t, a.SerialNumber, b.SerialNumber)
	require.Equal(t, "CN=WebRTC", a.Subject.String())
	require.Equal(t, a.Subject.String(), a.Issuer.String())
}

func TestRelayOnOwnAddressMustBeTheOwnRelay(t *testing.T) {
	line := "candidate:1 1 udp 1 192.168.1.10 5000 typ relay raddr 192.168.1.10 rport 4000"
	_, err := NewGate(mustPlan(t, phone.Relay, farRelays, Options{}), home).OutCandidate(line)
	require.ErrorIs(t, err, ErrLeak)
	g := NewGate(mustPlan(t, phone.Relay, nearRelays("192.168.1.10"), Options{}), home)
	_, err = g.OutCandidate(line)
	require.NoError(t, err)
	require.Equal(t, []netip.AddrPort{netip.MustParseAddrPort("192.168.1.10:5000")}, g.Relayed())
}

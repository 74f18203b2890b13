package hostile

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/server"
)

func openServer(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openPeer(t *testing.T, s *server.Server, script Script) *Peer {
	t.Helper()
	p, err := Open(t.Context(), Config{Server: s.Addr(), Name: "peer", Script: script})
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func await(t *testing.T, p *Peer, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, p.Await(ctx, holds), what)
}

// Two of them show each other everything: what the one learns is what the
// other did, and nothing of the raw log is missing among the facts.
func TestFactsAreWhatTheOtherSideShowed(t *testing.T) {
	s := openServer(t)
	callee, caller := openPeer(t, s, Script{Answer: true}), openPeer(t, s, Script{})
	id, err := caller.Call(callee.Address())
	require.NoError(t, err)
	await(t, callee, "the handshake is through", func() bool {
		return slices.ContainsFunc(callee.Log().Fields(), func(f Field) bool { return f.Name == "certificate serial" })
	})
	facts := callee.Log().Facts()
	has := func(kind, value, from string) {
		t.Helper()
		require.True(t, slices.ContainsFunc(facts, func(f Fact) bool { return f.Kind == kind && f.Value == value && f.From == from }),
			"%s %s from %s is missing in %v", kind, value, from, facts)
	}
	has("identifier", "name peer", Signalling)
	has("identifier", "sdp cname hostile", Signalling)
	offers := 0
	for _, m := range callee.Log().Messages() {
		if m.Call != id || m.Kind != Offer {
			continue
		}
		offers++
		for _, c := range candidatePattern.FindAllStringSubmatch(m.Text, -1) {
			has("address", c[1], Signalling)
			has("port", netip.AddrPortFrom(netip.MustParseAddr(c[1]), pair(c[1], c[2])[0].Port()).String(), Signalling)
		}
	}
	require.Equal(t, 1, offers)
	for _, f := range callee.Log().Flows() {
		has("port", netip.AddrPortFrom(f.From.Addr().WithZone(""), f.From.Port()).String(), Packets)
	}
	require.Positive(t, callee.Log().Packets(DTLS))
	require.NotEmpty(t, callee.Report().Facts)
}

func TestAddressesAreFoundWhereverTheyStand(t *testing.T) {
	for _, row := range []struct {
		message Message
		want    []string
	}{
		{Message{Text: "candidate:1 1 udp 1 192.0.2.1 4000 typ srflx raddr 10.1.2.3 rport 5000"}, []string{"192.0.2.1:4000", "10.1.2.3:5000"}},
		{Message{Text: "candidate:1 1 udp 1 192.0.2.1 4000 typ relay raddr 0.0.0.0 rport 9"}, []string{"192.0.2.1:4000"}},
		{Message{Text: "o=- 1 1 IN IP4 192.0.2.9\r\nc=IN IP6 2001:db8::7\r\n"}, []string{"192.0.2.9:0", "[2001:db8::7]:0"}},
		{Message{Text: "a=tool:at 192.0.2.4:80."}, []string{"192.0.2.4:80"}},
		{Message{Payload: append(make([]byte, headLen), "\x01x 10.9.8.7 \xff"...)}, []string{"10.9.8.7:0"}},
		{Message{Text: "a=fingerprint:sha-256 " + strings.TrimSuffix(strings.Repeat("AB:", 32), ":") + "\r\nt=0 0\r\n"}, nil},
	} {
		var got []string
		for _, a := range addressesIn(row.message) {
			got = append(got, a.String())
		}
		require.Equal(t, row.want, got, row.message.Text)
	}
}

func TestMessagesAreReadByTheLogsOwnDecoder(t *testing.T) {
	l := newLog()
	l.message(phone.CallID{1}, Frame(Proceed, 3, []byte{byte(phone.Direct)}))
	l.message(phone.CallID{1}, Frame(Candidate, 4, Text(1, "candidate:x")))
	l.message(phone.CallID{1}, []byte{1, 2})
	m := l.Messages()
	require.Equal(t, []Kind{Proceed, Candidate, 0}, []Kind{m[0].Kind, m[1].Kind, m[2].Kind})
	require.Equal(t, phone.Direct, m[0].Route)
	require.Equal(t, "candidate:x", m[1].Text)
	require.WithinDuration(t, time.Now(), m[1].Sent, time.Minute)
	require.True(t, l.Has(phone.CallID{1}, Candidate))
	require.Equal(t, "kind-99", Kind(99).String())
}

func TestDescriptionsAreSpoiledAsTold(t *testing.T) {
	sdp := "a=fingerprint:sha-256 AA:BB\r\na=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\na=end-of-candidates\r\n"
	require.Equal(t, "a=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\na=candidate:2\r\na=end-of-candidates\r\n",
		WithCandidates(sdp, []string{"candidate:2"})[len("a=fingerprint:sha-256 AA:BB\r\n"):])
	require.NotContains(t, WithWrongFingerprint(sdp), "AA:BB")
	require.Len(t, TooMany(90, "127.0.77.", "host"), 90)
	require.NotEmpty(t, Malformed())
}

// P16: the server's relay opens no way into forbidden places, and the probe
// sees one that does.
func TestP16ProbeAsksTheRelayForForbiddenPlaces(t *testing.T) {
	p := openPeer(t, openServer(t), Script{})
	asked, opened, err := p.ProbeRelay(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, asked, 8)
	require.Empty(t, opened)

	lan, err := server.Open(t.Context(), server.Config{AllowPrivatePeers: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = lan.Close() })
	_, opened, err = openPeer(t, lan, Script{}).ProbeRelay(t.Context())
	require.NoError(t, err)
	require.Contains(t, opened, "10.213.77.9")
	require.NotContains(t, opened, "169.254.169.254")
}

func TestPeerWithoutAServerSaysSo(t *testing.T) {
	s := openServer(t)
	addr := s.Addr()
	require.NoError(t, s.Close())
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := Open(ctx, Config{Server: addr})
	require.ErrorIs(t, err, ErrOffline)
}

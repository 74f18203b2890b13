package route

import (
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

// goodSDP is an offer as pion writes it, with a relay and, on request, more candidates.
func goodSDP(extra ...string) string {
	head := []string{
		"v=0", "o=- 5557128656109223428 1795410181 IN IP4 0.0.0.0", "s=-", "t=0 0",
		"a=msid-semantic:WMS *", "a=fingerprint:sha-256 " + strings.Repeat("5A:", 31) + "4F",
		"a=extmap-allow-mixed", "a=cryptex", "a=group:BUNDLE 0 1",
		"m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=setup:actpass", "a=mid:0",
		"a=ice-ufrag:LvMFDOiiOihLOuHT", "a=ice-pwd:RDithOqTsFeDNmazKFeLpRoMyAWyLTIf", "a=rtcp-mux", "a=rtcp-rsize",
		"a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtcp-fb:111 transport-cc",
		"a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
		"a=ssrc:1724032656 cname:my-laptop", "a=ssrc:1724032656 msid:my-laptop mic", "a=msid:my-laptop mic", "a=sendrecv",
		"m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=setup:actpass", "a=mid:1",
		"a=ice-ufrag:LvMFDOiiOihLOuHT", "a=ice-pwd:RDithOqTsFeDNmazKFeLpRoMyAWyLTIf", "a=rtcp-mux",
		"a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 goog-remb", "a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 nack pli",
		"a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=ssrc-group:FID 1 2", "a=sendrecv",
		"a=candidate:3 1 udp 16777215 203.0.113.5 50000 typ relay raddr 192.168.1.10 rport 4000",
		"a=candidate:3 2 udp 16777214 203.0.113.5 50000 typ relay raddr 192.168.1.10 rport 4000",
	}
	return strings.Join(append(append(head, extra...), "a=end-of-candidates", ""), "\r\n")
}

func relayedGate(t testing.TB) *Gate {
	return NewGate(mustPlan(t, phone.Relay, farRelays, Options{}), home)
}

func directGate(t testing.TB) *Gate {
	return NewGate(mustPlan(t, phone.Direct, farRelays, Options{}), home)
}

func TestOutSDPRewritesWhatIdentifies(t *testing.T) {
	g := relayedGate(t)
	out, err := g.OutSDP(goodSDP())
	require.NoError(t, err)
	require.Contains(t, out, "o=- 1 1 IN IP4 0.0.0.0\r\n")
	require.Contains(t, out, "typ relay raddr 0.0.0.0 rport 9\r\n")
	require.Equal(t, 1, strings.Count(out, "a=candidate:"), "RTCP's copy is left out")
	for _, secret := range []string{"my-laptop", " mic", "192.168", "1795410181", "5557128656109223428"} {
		require.NotContains(t, out, secret)
	}
	again, err := g.OutSDP(goodSDP())
	require.NoError(t, err)
	require.Equal(t, out, again, "the same input, the same output")
	other, err := relayedGate(t).OutSDP(goodSDP())
	require.NoError(t, err)
	require.NotEqual(t, out, other, "another call, other names")
	in, err := relayedGate(t).InSDP(out)
	require.NoError(t, err)
	require.Equal(t, out, in, "what our gate sends, our gate takes")
}

func TestP03ForbiddenCandidateEndsTheCall(t *testing.T) {
	for _, line := range []string{
		"a=candidate:1 1 udp 1 192.168.1.10 5000 typ host",
		"a=candidate:1 1 udp 1 198.51.100.7 5000 typ srflx raddr 0.0.0.0 rport 9",
		"a=candidate:1 1 udp 1 198.51.100.7 5000 typ prflx raddr 0.0.0.0 rport 9",
		"a=candidate:1 1 udp 1 192.168.1.10 5000 typ relay raddr 0.0.0.0 rport 9",
		"a=candidate:1 1 udp 1 4f1d.local 5000 typ host",
		"a=candidate:1 1 tcp 1 192.168.1.10 9 typ host tcptype active",
	} {
		_, err := relayedGate(t).OutSDP(goodSDP(line))
		require.ErrorIs(t, err, ErrLeak, line)
	}
}

func TestOutSDPRefusesTheUnexpected(t *testing.T) {
	rows := map[string]string{
		"unknown attribute":      goodSDP("a=x-network:eth0"),
		"unknown value":          goodSDP("a=fmtp:96 address=192.168.1.10"),
		"rtcp with address":      goodSDP("a=rtcp:9 IN IP4 192.168.1.10"),
		"media title":            strings.Replace(goodSDP(), "c=IN IP4 0.0.0.0", "i=Bob's laptop\r\nc=IN IP4 0.0.0.0", 1),
		"session information":    strings.Replace(goodSDP(), "s=-\r\n", "s=-\r\ni=Bob's laptop\r\n", 1),
		"email":                  strings.Replace(goodSDP(), "s=-\r\n", "s=-\r\ne=bob@example.com\r\n", 1),
		"bandwidth":              strings.Replace(goodSDP(), "c=IN IP4 0.0.0.0", "c=IN IP4 0.0.0.0\r\nb=AS:192", 1),
		"data channel":           strings.Replace(goodSDP(), "m=video 9 UDP/TLS/RTP/SAVPF", "m=application 9 UDP/DTLS/SCTP", 1),
		"three media lines":      goodSDP("m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0"),
		"unencrypted media":      strings.Replace(goodSDP(), "UDP/TLS/RTP/SAVPF", "RTP/AVP", 1),
		"not a description":      "hello",
		"empty":                  "",
		"too long":               goodSDP(strings.Repeat("a=sendrecv\r\n", 2000)),
		"too many attributes":    goodSDP(strings.TrimSuffix(strings.Repeat("a=sendrecv\r\n", 200), "\r\n")),
		"weak fingerprint":       strings.Replace(goodSDP(), "a=fingerprint:sha-256", "a=fingerprint:sha-1", 1),
		"tracker in extension":   goodSDP("a=extmap:5 http://tracker.example/192.168.1.10"),
		"several streams in one": goodSDP("a=msid:a b c"),
	}
	for name, sdp := range rows {
		t.Run(name, func(t *testing.T) {
			out, err := relayedGate(t).OutSDP(sdp)
			require.ErrorIs(t, err, ErrBadDescription)
			require.Empty(t, out)
		})
	}
}

// TestP03AddressesInOtherPlaces: session fields that are not candidates are
// overwritten or refused; in no case does a local address pass.
func TestP03AddressesInOtherPlaces(t *testing.T) {
	templates := []string{
		"o=- 1 1 IN IP4 %", "c=IN IP4 %", "a=candidate:% 1 udp 1 203.0.113.5 5 typ relay", "a=mid:%", "a=msid:% %", "a=ssrc:1 cname:%",
		"a=x:%", "i=%", "a=rtcp:9 IN IP4 %", "a=fmtp:96 x=%", "a=rtpmap:96 %/90000", "a=ice-ufrag:%", "a=ice-pwd:%%%%", "a=group:BUNDLE %",
		"s=%", "u=http://%/", "a=extmap:3 urn:ietf:params:rtp-hdrext:%", "a=candidate:1 1 udp 1 % 5000 typ host",
	}
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.SampledFrom(homeLocals).Draw(t, "local").Addr()
		text := rapid.SampledFrom([]string{local.String(), local.StringExpanded(), strings.ToUpper(local.String())}).Draw(t, "text")
		line := strings.ReplaceAll(rapid.SampledFrom(templates).Draw(t, "line"), "%", text)
		lines := strings.Split(goodSDP(), "\r\n")
		at := rapid.IntRange(0, len(lines)-2).Draw(t, "at")
		if rapid.Bool().Draw(t, "replace") {
			lines[at] = line
		} else {
			lines = append(lines[:at], append([]string{line}, lines[at:]...)...)
		}
		g := NewGate(Plan{route: phone.Relay}, home)
		out, err := g.OutSDP(strings.Join(lines, "\r\n"))
		if err == nil {
			require.False(t, mentions(out, local), "%s\n%s", line, out)
		}
	})
}

func TestInSDPDropsWhatItDoesNotNeed(t *testing.T) {
	in, err := relayedGate(t).InSDP(goodSDP(
		"a=x-network:eth0", "a=rtcp:9 IN IP4 192.168.1.1", "a=ice-lite", "a=candidate:nonsense",
		"a=candidate:1 1 udp 1 198.51.100.9 5000 typ host",
		"a=candidate:1 1 udp 1 printer.local 5000 typ relay raddr 0.0.0.0 rport 9",
		"a=candidate:1 1 udp 1 192.168.1.1 443 typ relay raddr 0.0.0.0 rport 9",
	))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(in, "a=candidate:"), in)
	for _, gone := range []string{"x-network", "a=rtcp:", "ice-lite", "nonsense", "198.51.100.9", "printer", "192.168.1.1", "1795410181"} {
		require.NotContains(t, in, gone)
	}
	direct, err := directGate(t).InSDP(goodSDP("a=candidate:1 1 udp 1 198.51.100.9 5000 typ host"))
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(direct, "a=candidate:"))
}

func TestMentionsKnowsWholeAddresses(t *testing.T) {
	a := homeLocals[1].Addr() // 192.168.1.10
	require.True(t, mentions("x 192.168.1.10 y", a))
	require.True(t, mentions("192.168.1.10", a))
	require.True(t, mentions("addr:192.168.1.10;", a))
	require.False(t, mentions("192.168.1.100", a))
	require.False(t, mentions("3192.168.1.10", a))
	v6 := homeLocals[4].Addr() // fd12:3456::10
	require.True(t, mentions("raddr:FD12:3456::10", v6))
	require.True(t, mentions("fd12:3456:0000:0000:0000:0000:0000:0010", v6))
	require.False(t, mentions("fd12:3456::101", v6))
}

func seedSDPs(f *testing.F) {
	f.Add(goodSDP())
	f.Add(goodSDP("a=candidate:1 1 udp 1 192.168.1.10 5000 typ host", "a=x:192.168.1.10"))
	f.Add("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")
	f.Add("")
}

func FuzzOutSDP(f *testing.F) {
	seedSDPs(f)
	f.Fuzz(func(t *testing.T, raw string) {
		g := relayedGate(t)
		out, err := g.OutSDP(raw)
		if err != nil {
			require.True(t, phone.CodeOf(err) == ErrLeak.Code() || phone.CodeOf(err) == ErrBadDescription.Code())
			return
		}
		for typ := range candidateTypes([]string{out}) {
			require.Equal(t, typRelay, typ)
		}
		for _, p := range homeLocals {
			require.False(t, mentions(out, p.Addr()), out)
		}
		require.Empty(t, g.Shown())
		again, err := g.OutSDP(raw)
		require.NoError(t, err)
		require.Equal(t, out, again)
	})
}

func FuzzInSDP(f *testing.F) {
	seedSDPs(f)
	f.Fuzz(func(t *testing.T, raw string) {
		g := directGate(t)
		in, err := g.InSDP(raw)
		if err != nil {
			require.ErrorIs(t, err, ErrBadDescription)
			return
		}
		var d sdp.SessionDescription
		require.NoError(t, d.UnmarshalString(in))
		for _, m := range d.MediaDescriptions {
			for _, a := range m.Attributes {
				if a.Key != "candidate" {
					continue
				}
				c, err := parseCandidate(a.Value)
				require.NoError(t, err)
				addr, ok := c.addr()
				require.True(t, ok)
				require.True(t, g.plan.mayReach(addr.Addr()))
			}
		}
		again, err := directGate(t).InSDP(in)
		require.NoError(t, err)
		require.Equal(t, in, again)
	})
}

func FuzzCandidate(f *testing.F) {
	f.Add("candidate:1 1 udp 2130706431 192.168.1.10 50000 typ host")
	f.Add("candidate:842163049 1 udp 1677729535 203.0.113.5 46154 typ relay raddr 10.0.0.17 rport 46154 generation 0")
	f.Add("1 1 udp 1 ::ffff:1.2.3.4 1 typ srflx")
	f.Fuzz(func(t *testing.T, line string) {
		g := relayedGate(t)
		if out, err := g.OutCandidate(line); err == nil && out != "" {
			require.Contains(t, out, " typ relay raddr 0.0.0.0 rport 9")
			require.NotContains(t, out, "192.168.1.10")
			in, keep, err := directGate(t).InCandidate(out)
			require.NoError(t, err)
			require.True(t, !keep || in == out)
		}
		in, keep, err := directGate(t).InCandidate(line)
		require.False(t, err != nil && keep)
		if keep && in != "" {
			again, keep, err := directGate(t).InCandidate(in)
			require.NoError(t, err)
			require.True(t, keep)
			require.Equal(t, in, again)
		}
	})
}

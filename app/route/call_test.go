package route

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// relayedPairs are the ways in which two phones can reach the same relay.
var relayedPairs = [][2]string{{"tls", "tls"}, {"udp", "udp"}, {"tls", "udp"}, {"tcp", "tcp"}}

func TestP04RelayedCallShowsNoAddress(t *testing.T) {
	for _, pair := range relayedPairs {
		t.Run(pair[0]+"-"+pair[1], func(t *testing.T) {
			r := startRelay(t, "127.0.0.1")
			a := newPeer(t, mustPlan(t, phone.Relay, r.only(pair[0]), Options{}))
			b := newPeer(t, mustPlan(t, phone.Relay, r.only(pair[1]), Options{}))
			call(t, a, b)
			for _, p := range []*testPeer{a, b} {
				left, errs := p.everything()
				require.Empty(t, errs)
				types := candidateTypes(left)
				require.Positive(t, types[typRelay])
				require.Len(t, types, 1, "only relay candidates may leave: %v", left)
				require.Empty(t, p.gate.Shown())
				require.NotEmpty(t, p.gate.Relayed())
				requireNoLocal(t, left, netip.MustParseAddr("127.0.0.1"))
			}
		})
	}
}

// requireNoLocal: no text holds an address of this computer, besides the relay's own.
func requireNoLocal(t *testing.T, texts []string, relay netip.Addr) {
	t.Helper()
	for _, p := range Locals() {
		if p.Addr() == relay {
			continue
		}
		for _, text := range texts {
			require.False(t, mentions(text, p.Addr()), "%s in %s", p.Addr(), text)
			require.NotContains(t, text, " "+p.Addr().WithZone("").String()+" ")
		}
	}
}

func TestDirectCallGoesDirect(t *testing.T) {
	r := startRelay(t, "127.0.0.1")
	a := newPeer(t, mustPlan(t, phone.Direct, r.Relays, Options{}))
	b := newPeer(t, mustPlan(t, phone.Direct, r.Relays, Options{}))
	call(t, a, b)
	pair, err := a.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	require.NoError(t, err)
	require.NotEqual(t, typRelay, pair.Local.Typ.String())
	require.NotEqual(t, typRelay, pair.Remote.Typ.String())
	left, errs := a.everything()
	require.Empty(t, errs)
	require.Positive(t, candidateTypes(left)[typHost])
	require.NotEmpty(t, a.gate.Shown())
	for _, text := range left {
		require.NotRegexp(t, `raddr (?:[1-9]|0\.0\.0\.[1-9])`, text)
	}
}

func TestDirectCallWithoutServerUsesHostCandidates(t *testing.T) {
	plan := mustPlan(t, phone.Direct, Relays{}, Options{})
	a := newPeer(t, plan)
	b := newPeer(t, plan)
	b.accept(1, a.offer())
	for line := range a.out {
		if line == "" {
			break
		}
		require.True(t, strings.Contains(line, " typ host"), line)
		require.NotContains(t, line, "127.0.0.1", "loopback only where the server is on loopback")
	}
}

package route

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// TestP19EachUsesARelayOfItsOwn: where the two phones have different relays,
// the call goes through both, so that neither relay sees both phones: each
// knows one phone and the other relay.
func TestP19EachUsesARelayOfItsOwn(t *testing.T) {
	for _, way := range []string{"tls", "udp"} {
		t.Run(way, func(t *testing.T) {
			near, far := startRelay(t, "127.0.0.1"), startRelay(t, "127.0.0.2")
			a := newPeer(t, mustPlan(t, phone.Relay, near.only(way), Options{}))
			b := newPeer(t, mustPlan(t, phone.Relay, far.only(way), Options{}))
			call(t, a, b)
			require.EqualValues(t, 1, near.allocations.Load())
			require.EqualValues(t, 1, far.allocations.Load())
			for p, own := range map[*testPeer]*relayServer{a: near, b: far} {
				pair, err := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
				require.NoError(t, err)
				require.Equal(t, own.SeenAs, netip.MustParseAddr(pair.Local.Address), "its own relay at this end")
				require.NotEqual(t, own.SeenAs, netip.MustParseAddr(pair.Remote.Address), "the other's at that end")
				for _, shown := range p.gate.Relayed() {
					require.Equal(t, own.SeenAs, shown.Addr())
				}
			}
		})
	}
}

package line

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/call"
	"paravent/app/egress"
	"paravent/app/phone"
)

// P7: what a relayed call sends is counted by its own sockets, and all of it
// goes to the relay.
func TestP07RelayedCallSendsToItsRelayOnly(t *testing.T) {
	caller, callee, s := connect(t)
	eventually(t, "sound flows", func() bool { return callee.line().audio.Stats().Received > 50 })
	relay, err := netip.ParseAddrPort(s.Addr().HostPort)
	require.NoError(t, err)
	for _, x := range []*side{caller, callee} {
		packets := uint64(0)
		for _, f := range x.line().meter.Traffic() {
			require.Equal(t, relay, f.Remote, "relay and server share a port")
			packets += f.Packets
		}
		require.Greater(t, packets, uint64(40), "sound went through the counted sockets")
	}
}

// P8: without a way out nothing is checked, planned or opened.
func TestP08NoWayOutNoMedia(t *testing.T) {
	x, _, _ := newPair(t)
	x.lines.cfg.Network = func() (egress.Network, error) { return nil, egress.ErrDeviceGone }
	x.lines.CheckRelay(x.id)
	require.ErrorIs(t, await(t, "the relay check", x.checked), egress.ErrDeviceGone)
	x.lines.Open(x.id, call.Caller, false, call.Flags{})
	for _, r := range []phone.Route{phone.Relay, phone.Direct} {
		x.lines.Offer(x.id, call.Making{Gen: 1, Route: r})
		require.ErrorIs(t, await(t, "the offer", x.failed), egress.ErrDeviceGone)
	}
	require.Empty(t, x.line().legs)
	require.Nil(t, x.line().meter)
}

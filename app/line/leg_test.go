package line

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/call"
	"paravent/app/phone"
)

// P1, P10: what is made ready while it rings is relayed; the callee has no
// device and no track in it, the caller sends nothing, and what a hostile
// caller sends all the same is never played. At Accept all of it works at once.
func TestP10ReadyCallIsSilentUntilItCarries(t *testing.T) {
	caller, callee, _ := newPair(t)
	caller.ready, callee.ready = true, true
	for _, x := range []*side{caller, callee} {
		x.lines.CheckRelay(x.id)
		require.NoError(t, await(t, "the relay is checked", x.checked))
	}
	caller.open(false) // the person here called
	caller.lines.Offer(caller.id, call.Making{Gen: 1, Route: phone.Relay, Early: true})
	for _, x := range []*side{caller, callee} {
		await(t, "the path is there", x.up)
		x.do(func(n *line) {
			require.Len(t, n.legs, 1)
			require.Equal(t, phone.Relay, n.legs[0].gate.Route())
			require.Empty(t, n.legs[0].gate.Shown())
			require.False(t, n.legs[0].carried)
			require.Nil(t, n.carrying)
		})
	}
	at := callee.line()
	callee.do(func(n *line) { require.Nil(t, n.audio, "no device before Accept") })
	eventually(t, "the caller's microphone is open", func() bool { return !caller.line().audio.Stats().CapturedAt.IsZero() })
	require.Zero(t, caller.line().audio.Stats().Sent)

	caller.lines.Carry(caller.id, 1) // a hostile caller, who does not wait for PROCEED
	eventually(t, "it sends", func() bool { return caller.line().audio.Stats().Sent > 20 })
	callee.open(false)
	callee.do(func(n *line) { require.Zero(t, n.audio.Stats().Received, "nothing is played before Carry") })
	begun := time.Now()
	callee.lines.Carry(callee.id, 1)
	eventually(t, "both hear each other", func() bool {
		return at.audio.Stats().Received > 5 && caller.line().audio.Stats().Received > 5
	})
	t.Logf("from Carry to five packets both ways: %v", time.Since(begun))
}

// A leg beside the one that carries takes over without a gap, and the first one
// is closed without a word about it.
func TestLegsTakeOver(t *testing.T) {
	caller, callee, _ := connect(t)
	sides := []*side{caller, callee}
	for _, x := range sides {
		x.ready = true // the second one carries when the test says so
		x.route = phone.Direct
	}
	first := caller.session()
	caller.lines.Offer(caller.id, call.Making{Gen: 2, Route: phone.Direct})
	for _, x := range sides {
		await(t, "the second path is there", x.up)
		require.Equal(t, 1, carries(x))
	}
	require.Equal(t, first, caller.session())
	for _, x := range sides {
		x.lines.Carry(x.id, 2)
		x.lines.Drop(x.id, 1)
	}
	for _, x := range sides {
		x.do(func(n *line) {
			require.Len(t, n.legs, 1)
			require.Equal(t, uint32(2), n.carrying.gen)
			require.Len(t, n.gates, 2, "the receipt needs both")
		})
		heard := x.line().audio.Stats().Received
		eventually(t, "sound goes on", func() bool { return x.line().audio.Stats().Received > heard+20 })
		require.Empty(t, x.failed)
		require.Equal(t, phone.Direct, x.lines.Exposure(x.id).Route)
	}
}

// carries counts the legs that were told to carry.
func carries(x *side) (n int) {
	x.do(func(l *line) {
		for _, leg := range l.legs {
			if leg.carried {
				n++
			}
		}
	})
	return n
}

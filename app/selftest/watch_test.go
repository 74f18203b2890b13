package selftest

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/stretchr/testify/require"

	"paravent/app/egress"
)

// TURN over UDP tells whom the phone would reach, and as whom.
func TestWatchReadsWhatTheRelayIsAsked(t *testing.T) {
	m := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodCreatePermission, stun.ClassRequest))
	x := stun.XORMappedAddress{IP: net.IPv4(169, 254, 169, 254), Port: 80}
	require.NoError(t, x.AddToAs(m, stun.AttrXORPeerAddress))
	peers, user := peersIn(m.Raw)
	require.Equal(t, []netip.AddrPort{netip.MustParseAddrPort("169.254.169.254:80")}, peers)
	require.Empty(t, user)

	m = stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest), stun.NewUsername("random"))
	_, user = peersIn(m.Raw)
	require.Equal(t, "random", user)

	peers, _ = peersIn(stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw)
	require.Empty(t, peers)
	peers, _ = peersIn([]byte("no stun"))
	require.Empty(t, peers)
}

// Everything is counted, and nothing leaves this computer.
func TestWatchCountsAndLetsNothingOut(t *testing.T) {
	w := newWatch()
	require.True(t, w.blind())
	begun := time.Now()
	n := w.over(egress.System())
	near, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = near.Close() })

	conn, err := n.Net().ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = conn.WriteTo([]byte("x"), near.LocalAddr())
	require.NoError(t, err)
	_, err = conn.WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 9})
	require.ErrorIs(t, err, errOutside)
	_, err = n.Net().ResolveUDPAddr("udp", "name.example:9")
	require.ErrorIs(t, err, errOutside)
	_, err = n.DialContext(t.Context(), "tcp", "203.0.113.9:9")
	require.ErrorIs(t, err, errOutside)
	_, err = n.DialContext(t.Context(), "tcp", "name.example:9")
	require.ErrorIs(t, err, errOutside)

	a := w.between(begun, time.Now())
	require.Equal(t, 1, a.Sockets)
	require.Equal(t, 1, a.Dials)
	require.Len(t, a.Sent, 2)
	require.Equal(t, []string{"name.example", "name.example"}, w.names)
	require.False(t, a.quiet())
	require.False(t, w.blind())
	require.True(t, w.between(time.Now(), time.Now()).quiet())

	w.cut(true)
	_, err = conn.WriteTo([]byte("x"), near.LocalAddr())
	require.ErrorIs(t, err, errCut)
	w.cut(false)
	_, err = conn.WriteTo([]byte("x"), near.LocalAddr())
	require.NoError(t, err)
}

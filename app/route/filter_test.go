package route

import (
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// compass counts packets by where they go. What would leave this computer it
// swallows.
type compass struct {
	transport.Net
	mu sync.Mutex
	to map[netip.Addr]int
}

func (c *compass) ListenUDP(network string, a *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := c.Net.ListenUDP(network, a)
	return &compassConn{conn, c}, err
}

func (c *compass) packets(to netip.Addr) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.to[to]
}

type compassConn struct {
	transport.UDPConn
	c *compass
}

func (u *compassConn) WriteTo(p []byte, to net.Addr) (int, error) {
	at := to.(*net.UDPAddr).AddrPort().Addr().Unmap()
	u.c.mu.Lock()
	u.c.to[at]++
	u.c.mu.Unlock()
	if !at.IsLoopback() {
		return len(p), nil
	}
	return u.UDPConn.WriteTo(p, to)
}

// TestP18NoPacketToHostileAddresses: an address that came past the gate, as one
// that a peer's packet comes from does, is refused by the sockets themselves.
func TestP18NoPacketToHostileAddresses(t *testing.T) {
	n, err := stdnet.NewNet()
	require.NoError(t, err)
	c := &compass{Net: n, to: map[netip.Addr]int{}}
	r := startRelay(t, "127.0.0.1")
	a := newPeer(t, mustPlan(t, phone.Direct, r.Relays, Options{Net: c, Locals: home}))
	b := newPeer(t, mustPlan(t, phone.Direct, r.Relays, Options{}))
	b.accept(webrtc.SDPTypeOffer, a.offer())
	answer := b.describe(func() (webrtc.SessionDescription, error) { return b.pc.CreateAnswer(nil) })
	require.NoError(t, b.pc.Close()) // once connected, a would try no other address
	a.accept(webrtc.SDPTypeAnswer, answer)
	try := func(addr string) {
		mid := "0"
		line := "candidate:1 1 udp 2130706431 " + addr + " 50000 typ host"
		_ = a.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: line, SDPMid: &mid}) // the library may refuse some itself
	}
	var refused []netip.Addr
	for _, text := range append(append([]string{}, hostile...), offSubnet...) {
		if addr, err := netip.ParseAddr(text); err == nil && addr.Is4() && !addr.IsLoopback() {
			refused = append(refused, addr)
			try(text)
		}
	}
	require.Greater(t, len(refused), 10)
	honest := netip.MustParseAddr("198.51.100.9")
	try(honest.String())
	require.Eventually(t, func() bool { return c.packets(honest) > 3 }, 10*time.Second, 5*time.Millisecond, "an honest address is tried")
	for _, addr := range refused {
		require.Zero(t, c.packets(addr), "%s was tried", addr)
	}
}

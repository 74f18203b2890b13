package route

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

var farRelays = Relays{
	URIs:     []string{"turns:203.0.113.5:443?transport=tcp", "turn:203.0.113.5:443?transport=udp"},
	Username: "user", Password: "secret", SeenAs: netip.MustParseAddr("198.51.100.7"),
}

func nearRelays(host string) Relays {
	return Relays{URIs: []string{"turn:" + host + ":3478?transport=udp"}, Username: "u", Password: "p"}
}

// hostile addresses are never tried, whatever the route.
var hostile = []string{
	"127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.1.1", "169.254.169.254", "fe80::1", "fe80::1%eth0",
	"100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.192", "192.88.99.1", "198.18.0.1", "224.0.0.251", "239.1.1.1",
	"240.0.0.1", "255.255.255.255", "ff02::fb", "::ffff:127.0.0.1", "::ffff:192.168.1.20", "::ffff:8.8.8.8", "::127.0.0.1",
	"64:ff9b::c0a8:0114", "64:ff9b:1::1", "2002:c0a8:0114::1", "2001:0:1::1", "100::1", "fec0::1", "fd00:ec2::254",
	"localhost", "printer.local", "metadata.google.internal", "example.com", "0x7f000001", "2130706433", "127.1", "192.168.1.020",
}

// offSubnet are private addresses that this computer shares no subnet with.
var offSubnet = []string{"10.0.0.1", "10.8.0.2", "10.8.0.3", "172.16.0.1", "192.168.2.1", "fd99::1", "fc00::1"}

func TestP18CandidateTable(t *testing.T) {
	try := func(plan Plan, typ, addr string) bool {
		line := "candidate:1 1 udp 2130706431 " + addr + " 50000 typ " + typ + " raddr 192.168.1.1 rport 5000"
		out, keep, err := NewGate(plan, home).InCandidate(line)
		require.NoError(t, err, line)
		require.Equal(t, keep, out != "")
		return keep
	}
	direct := mustPlan(t, phone.Direct, farRelays, Options{})
	relayed := mustPlan(t, phone.Relay, farRelays, Options{})
	for _, typ := range []string{typHost, typSrflx, typRelay} {
		for _, a := range append(append([]string{}, hostile...), offSubnet...) {
			require.False(t, try(direct, typ, a), "direct %s %s", typ, a)
			require.False(t, try(relayed, typ, a), "relayed %s %s", typ, a)
		}
		for _, a := range []string{"192.168.1.20", "fd12:3456::20", "198.51.100.9", "2a02:db8::9", "203.0.113.5"} {
			require.True(t, try(direct, typ, a), "direct %s %s", typ, a)
			require.Equal(t, typ == typRelay, try(relayed, typ, a), "relayed %s %s", typ, a)
		}
	}
	require.False(t, try(direct, typPrflx, "198.51.100.9"), "never signalled")
}

func TestP18OwnRelayMayBePrivateOrLoopback(t *testing.T) {
	for _, host := range []string{"10.1.2.3", "100.64.3.4"} {
		plan := mustPlan(t, phone.Relay, nearRelays(host), Options{Locals: home})
		require.True(t, plan.mayReach(netip.MustParseAddr(host)))
		require.False(t, plan.mayReach(netip.MustParseAddr("10.1.2.4")))
		require.False(t, plan.mayReach(netip.MustParseAddr("127.0.0.1")))
	}
	loop := mustPlan(t, phone.Relay, nearRelays("127.0.0.1"), Options{Locals: home})
	require.True(t, loop.mayReach(netip.MustParseAddr("127.0.0.1")))
	meta := mustPlan(t, phone.Relay, nearRelays("169.254.169.254"), Options{Locals: home})
	require.False(t, meta.mayReach(netip.MustParseAddr("169.254.169.254")))
	named := mustPlan(t, phone.Relay, nearRelays("relay.example"), Options{Locals: home, Relayed: netip.MustParseAddr("10.1.2.3")})
	require.True(t, named.mayReach(netip.MustParseAddr("10.1.2.3")))
}

func TestP18LowPortsAndFloodsAreDropped(t *testing.T) {
	g := NewGate(mustPlan(t, phone.Direct, farRelays, Options{}), home)
	for _, line := range []string{
		"candidate:1 1 udp 1 198.51.100.9 53 typ host", "candidate:1 1 udp 1 198.51.100.9 0 typ host",
		"candidate:1 2 udp 1 198.51.100.9 5000 typ host", "candidate:1 1 tcp 1 198.51.100.9 5000 typ host tcptype passive",
	} {
		_, keep, err := g.InCandidate(line)
		require.NoError(t, err)
		require.False(t, keep, line)
	}
	kept := 0
	for range 1000 {
		if _, keep, _ := g.InCandidate("candidate:1 1 udp 1 198.51.100.9 5000 typ host"); keep {
			kept++
		}
	}
	require.Equal(t, maxRemoteCandidates, kept)
	_, err := g.InSDP(goodSDP()) // an ICE restart
	require.NoError(t, err)
	_, keep, err := g.InCandidate("candidate:1 1 udp 1 198.51.100.9 5000 typ host")
	require.NoError(t, err)
	require.True(t, keep)
}

func TestP18EngineFilterFollowsTheGate(t *testing.T) {
	plan := mustPlan(t, phone.Direct, farRelays, Options{Locals: home})
	rapid.Check(t, func(t *rapid.T) {
		ip := net.IP(rapid.OneOf(rapid.SliceOfN(rapid.Byte(), 4, 4), rapid.SliceOfN(rapid.Byte(), 16, 16)).Draw(t, "ip"))
		a, _ := netip.AddrFromSlice(ip)
		line := "candidate:1 1 udp 1 " + a.String() + " 5000 typ host"
		_, keep, err := NewGate(plan, home).InCandidate(line)
		require.NoError(t, err)
		if keep {
			require.True(t, plan.mayReach(a.Unmap()))
			require.False(t, a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast() || a.Is4In6() || a.IsUnspecified())
			require.False(t, strings.HasPrefix(a.String(), "100.64."))
		}
	})
}

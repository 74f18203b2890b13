package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

// dialTurn connects a TURN client by one of the URIs of a grant.
func dialTurn(t testing.TB, at wire.Addr, uri, user, password string) *turn.Client {
	t.Helper()
	c, err := tryTurn(t, at, uri, user, password)
	require.NoError(t, err)
	return c
}

func tryTurn(t testing.TB, at wire.Addr, uri, user, password string) (*turn.Client, error) {
	t.Helper()
	scheme, rest, _ := strings.Cut(uri, ":")
	hostPort, _, _ := strings.Cut(rest, "?")
	var conn net.PacketConn
	if scheme == "turns" {
		c, err := tls.Dial("tcp", hostPort, wire.ClientTLS(at.Pin, wire.ALPNTurn))
		if err != nil {
			return nil, err
		}
		conn = turn.NewSTUNConn(c)
	} else {
		pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
		require.NoError(t, err)
		conn = pc
	}
	client, err := turn.NewClient(&turn.ClientConfig{STUNServerAddr: hostPort, TURNServerAddr: hostPort, Conn: conn, RTO: 20 * time.Millisecond,
		Username: user, Password: password, Realm: realm, LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}})
	require.NoError(t, err)
	t.Cleanup(func() { client.Close(); _ = conn.Close() })
	return client, client.Listen()
}

func grantFor(t testing.TB, s *Server) wire.TurnReply {
	t.Helper()
	p := dialPhone(t, s.Addr())
	var r wire.TurnReply
	p.ask(wire.ServiceTurn, struct{}{}, &r)
	require.Empty(t, r.Err)
	return r
}

func allocate(t testing.TB, s *Server, uri int) (*turn.Client, net.PacketConn) {
	t.Helper()
	g := grantFor(t, s)
	c := dialTurn(t, s.Addr(), g.URIs[uri], g.Username, g.Password)
	r, err := c.Allocate()
	require.NoError(t, err)
	return c, r
}

func TestGrant(t *testing.T) {
	s := startServer(t, Config{PublicHost: "phone.example"})
	_, port, err := net.SplitHostPort(s.Addr().HostPort)
	require.NoError(t, err)
	p := dialPhone(t, wire.Addr{HostPort: "127.0.0.1:" + port, Pin: s.Addr().Pin})
	var g wire.TurnReply
	p.ask(wire.ServiceTurn, struct{}{}, &g)
	require.Equal(t, "phone.example:"+port, s.Addr().HostPort)
	require.Equal(t, "turns:phone.example:"+port+"?transport=tcp", g.URIs[0])
	require.Regexp(t, `^turn:phone\.example:\d+\?transport=udp$`, g.URIs[1])
	require.Equal(t, 600, g.Seconds)
	require.Equal(t, "127.0.0.1", g.SeenAs)
}

func TestRelayToRelay(t *testing.T) {
	s := startServer(t, Config{})
	for _, pair := range [][2]int{{0, 0}, {0, 1}, {1, 1}} {
		t.Run(fmt.Sprint(pair), func(t *testing.T) {
			ca, a := allocate(t, s, pair[0])
			cb, b := allocate(t, s, pair[1])
			require.NoError(t, ca.CreatePermission(b.LocalAddr()))
			require.NoError(t, cb.CreatePermission(a.LocalAddr()))
			exchange(t, a, b)
			exchange(t, b, a)
		})
	}
}

func exchange(t testing.TB, from, to net.PacketConn) {
	t.Helper()
	_, err := from.WriteTo([]byte("media"), to.LocalAddr())
	require.NoError(t, err)
	buf := make([]byte, 1500)
	require.NoError(t, to.SetReadDeadline(time.Now().Add(soon)))
	n, sender, err := to.ReadFrom(buf)
	require.NoError(t, err)
	require.Equal(t, "media", string(buf[:n]))
	require.Equal(t, from.LocalAddr().String(), sender.String(), "the peer is known by its public relay address")
}

// A router in front of the server owns the public address and may not send
// packets back; relays of this server reach each other all the same.
func TestRelayToRelayBehindNAT(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "0.0.0.0"} {
		s := startServer(t, Config{Host: host, PublicIP: netip.MustParseAddr("9.9.9.9"), PublicHost: "127.0.0.1"})
		ca, a := allocate(t, s, 1)
		cb, b := allocate(t, s, 0)
		require.Contains(t, a.LocalAddr().String(), "9.9.9.9:")
		require.NoError(t, ca.CreatePermission(b.LocalAddr()))
		require.NoError(t, cb.CreatePermission(a.LocalAddr()))
		exchange(t, a, b)
		exchange(t, b, a)
	}
}

// specialRanges has one address of every range that must never be relayed to.
var specialRanges = []string{
	"0.0.0.0", "0.1.2.3", "127.0.0.2", "127.255.255.255", "169.254.0.1", "169.254.169.254", "192.0.0.1", "192.0.2.1", "192.88.99.1",
	"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"168.63.129.16", "100.100.100.200",
	"::", "::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:20::1", "2001:db8::1",
	"2002:7f00:1::", "3fff::1", "5f00::1", "fe80::1", "fec0::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254",
}

var privateAddresses = []string{"10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"}

func TestP16SpecialRangesDenied(t *testing.T) {
	r := &relay{public: netip.MustParseAddr("9.9.9.9"), bind: netip.MustParseAddr("0.0.0.0"), own: &ownAddresses{}}
	permit := func(a string) bool { return r.permit(nil, net.ParseIP(a)) }
	forms := func(a string) []string {
		ip := netip.MustParseAddr(a)
		if ip.Is6() {
			return []string{a}
		}
		return []string{a, "::ffff:" + a} // both 4 and 16 bytes long below
	}
	for _, private := range []bool{false, true} {
		r.cfg.AllowPrivatePeers = private
		for _, a := range specialRanges {
			for _, form := range forms(a) {
				require.False(t, permit(form), form)
			}
			require.False(t, r.permit(nil, net.IP(netip.MustParseAddr(a).AsSlice())), a)
		}
		for _, a := range privateAddresses {
			for _, form := range forms(a) {
				require.Equal(t, private, permit(form), form)
			}
		}
		for _, a := range []string{"9.9.9.9", "::ffff:9.9.9.9", "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111"} {
			require.True(t, permit(a), a)
		}
		require.False(t, r.permit(nil, net.IP{1, 2, 3}))
		require.False(t, r.permit(nil, nil))
	}
}

func TestP16MappedFormsAreUnmapped(t *testing.T) {
	for _, a := range []string{"127.0.0.1", "169.254.169.254", "10.0.0.1", "224.0.0.1"} {
		require.False(t, mayReach(netip.AddrFrom16(netip.MustParseAddr(a).As16()), false), a)
	}
	require.False(t, mayReach(netip.MustParseAddr("fe80::1%eth0"), true))
	require.False(t, mayReach(netip.Addr{}, true))
}

func TestP16OwnAddressesDenied(t *testing.T) {
	addrs, err := net.InterfaceAddrs()
	require.NoError(t, err)
	r := &relay{public: netip.MustParseAddr("9.9.9.9"), bind: netip.MustParseAddr("0.0.0.0"), own: &ownAddresses{}, cfg: Config{AllowPrivatePeers: true}}
	for _, a := range addrs {
		ip := netip.MustParsePrefix(a.String()).Addr()
		require.False(t, r.permit(nil, ip.AsSlice()), "%v is this computer", ip)
	}
}

func TestP16DeniedOverTheWire(t *testing.T) {
	s := startServer(t, Config{AllowPrivatePeers: true})
	for uri := range 2 {
		c, _ := allocate(t, s, uri)
		for _, a := range []string{"127.0.0.2", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.100.100.200"} {
			require.Error(t, c.CreatePermission(&net.UDPAddr{IP: net.ParseIP(a), Port: 53}), a)
		}
		require.NoError(t, c.CreatePermission(&net.UDPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 53}))
	}
}

// The server's own address is a permitted peer, because the other party's
// relay is there; its other ports are not.
func TestP16OwnAddressOnlyOnLiveRelayPorts(t *testing.T) {
	s := startServer(t, Config{})
	service, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer service.Close() //nolint:errcheck // test
	c, a := allocate(t, s, 1)
	require.NoError(t, c.CreatePermission(service.LocalAddr()))
	_, err = a.WriteTo([]byte("to a local service"), service.LocalAddr())
	require.NoError(t, err)
	eventually(t, "the packet is dropped", func() bool { return s.relay.dropped.Load() == 1 })

	// A port is closed to others as soon as its allocation ends.
	cb, b := allocate(t, s, 1)
	old := b.LocalAddr().(*net.UDPAddr)
	require.True(t, s.relay.ports.has(uint16(old.Port)))
	require.NoError(t, b.Close())
	eventually(t, "the allocation is gone", func() bool { return !s.relay.ports.has(uint16(old.Port)) })
	cb.Close()
	require.NoError(t, c.CreatePermission(old))
	_, err = a.WriteTo([]byte("late"), old)
	require.NoError(t, err)
	eventually(t, "the late packet is dropped", func() bool { return s.relay.dropped.Load() == 2 })
	require.NoError(t, service.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	_, _, err = service.ReadFrom(make([]byte, 100))
	require.Error(t, err, "the service got nothing")
}

func TestP16TCPAllocationRefused(t *testing.T) {
	s := startServer(t, Config{})
	g := grantFor(t, s)
	c := dialTurn(t, s.Addr(), g.URIs[0], g.Username, g.Password)
	_, err := c.AllocateTCP()
	require.Error(t, err)
	require.Zero(t, s.Stats().Allocations)
}

func TestRelayQuota(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{AllocsPerPhone: 2, Allocations: 3}})
	p := dialPhone(t, s.Addr())
	grant := func(p *testPhone) (r wire.TurnReply) { p.ask(wire.ServiceTurn, struct{}{}, &r); return r }
	try := func(g wire.TurnReply, uri int) error {
		_, err := dialTurn(t, s.Addr(), g.URIs[uri], g.Username, g.Password).Allocate()
		return err
	}
	require.NoError(t, try(grant(p), 0))
	require.NoError(t, try(grant(p), 1))
	require.ErrorContains(t, try(grant(p), 0), "486", "of one phone, whatever the grant")
	q := dialPhone(t, s.Addr())
	require.NoError(t, try(grant(q), 1))
	require.ErrorContains(t, try(grant(q), 1), "486", "in all")
	require.Equal(t, 3, s.Stats().Allocations)
}

func TestRelayBandwidthIsBounded(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{RelayBytes: 64 << 10}})
	ca, a := allocate(t, s, 1)
	_, b := allocate(t, s, 1)
	require.NoError(t, ca.CreatePermission(b.LocalAddr()))
	for range 400 {
		_, err := a.WriteTo(make([]byte, 1200), b.LocalAddr())
		require.NoError(t, err)
	}
	eventually(t, "what is too much is dropped", func() bool { return s.relay.dropped.Load() > 200 })
}

func TestRelayPortRange(t *testing.T) {
	s := startServer(t, Config{RelayMinPort: 41000, RelayMaxPort: 41099})
	for range 5 {
		_, a := allocate(t, s, 1)
		port := a.LocalAddr().(*net.UDPAddr).Port
		require.True(t, port >= 41000 && port <= 41099, port)
	}
}

func TestStopRelay(t *testing.T) {
	s := startServer(t, Config{})
	g := grantFor(t, s)
	_, a := allocate(t, s, 0)
	_, b := allocate(t, s, 1)
	s.StopRelay()
	s.StopRelay()
	eventually(t, "no allocation is left", func() bool { return s.Stats().Allocations == 0 })
	for uri := range 2 {
		if c, err := tryTurn(t, s.Addr(), g.URIs[uri], g.Username, g.Password); err == nil {
			_, err = c.Allocate()
			require.Error(t, err)
		}
	}
	for _, r := range []net.PacketConn{a, b} {
		_ = r.Close()
	}
	p := dialPhone(t, s.Addr()).listen()
	require.Empty(t, p.send(p.mailbox, "everything else lives", false).Err)
	require.Equal(t, "everything else lives", p.receive())
	require.NotEmpty(t, grantFor(t, s).URIs)
	require.False(t, s.health().Relay)
}

func TestNoRelay(t *testing.T) {
	s := startServer(t, Config{NoRelay: true})
	p := dialPhone(t, s.Addr())
	var r wire.TurnReply
	p.ask(wire.ServiceTurn, struct{}{}, &r)
	require.Equal(t, wire.RefusedOff, r.Err)
	s.StopRelay()
	c, err := tls.Dial("tcp", s.Addr().HostPort, wire.ClientTLS(s.Addr().Pin, wire.ALPNTurn))
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // test
	require.NoError(t, c.SetReadDeadline(time.Now().Add(soon)))
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
}

// TURN clients that speak no ALPN are known by their first byte.
func TestTurnWithoutALPN(t *testing.T) {
	s := startServer(t, Config{})
	conf := wire.ClientTLS(s.Addr().Pin, "")
	conf.NextProtos = nil
	c, err := tls.Dial("tcp", s.Addr().HostPort, conf)
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // test
	_, err = c.Write(stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw)
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(soon)))
	buf := make([]byte, 1500)
	n, err := c.Read(buf)
	require.NoError(t, err)
	require.True(t, stun.IsMessage(buf[:n]))
}

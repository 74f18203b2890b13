package wireguard

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v5"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/require"
)

func TestTheTunnelIsTheOnlyInterface(t *testing.T) {
	n := newProvider(t).open(Options{}).Net()
	all, err := n.Interfaces()
	require.NoError(t, err)
	require.Len(t, all, 1)
	list, err := all[0].Addrs()
	require.NoError(t, err)
	require.Equal(t, "[10.2.0.2/32 fd00:2::2/128]", fmt.Sprint(list))
	require.NotZero(t, all[0].Flags&net.FlagUp)
	same, err := n.InterfaceByName(all[0].Name)
	require.NoError(t, err)
	require.Equal(t, all[0], same)
	_, err = n.InterfaceByIndex(all[0].Index)
	require.NoError(t, err)
	for _, name := range []string{"lo", "eth0", ""} {
		_, err = n.InterfaceByName(name)
		require.ErrorIs(t, err, transport.ErrInterfaceNotFound)
	}
	_, err = n.InterfaceByIndex(2)
	require.ErrorIs(t, err, transport.ErrInterfaceNotFound)
}

func TestSocketsOpenAtAddressesOfTheTunnelOnly(t *testing.T) {
	n := newProvider(t).open(Options{}).Net()
	for _, row := range []struct{ network, address, at string }{
		{"udp", ":0", "10.2.0.2"}, {"udp4", "0.0.0.0:0", "10.2.0.2"}, {"udp4", "[::]:0", "10.2.0.2"},
		{"udp6", "[::]:0", "fd00:2::2"}, {"udp", "[fd00:2::2]:0", "fd00:2::2"}, {"udp", "10.2.0.2:0", "10.2.0.2"},
		{"udp", "127.0.0.1:0", ""}, {"udp4", "[fd00:2::2]:0", ""}, {"udp6", "10.2.0.2:0", ""}, {"udp", "10.2.0.3:0", ""},
		{"udp", "here.example:0", ""}, {"unixgram", ":0", ""}, {"ip4:icmp", "0.0.0.0", ""}, {"tcp", ":0", ""}, {"udp", "10.2.0.2", ""},
	} {
		for by, listen := range map[string]func(string, string) (net.PacketConn, error){
			"Net": n.ListenPacket,
			"ListenConfig": func(network, address string) (net.PacketConn, error) {
				return n.CreateListenConfig(nil).ListenPacket(t.Context(), network, address)
			},
		} {
			c, err := listen(row.network, row.address)
			if row.at == "" {
				require.Error(t, err, "%s %s %s", by, row.network, row.address)
				require.Nil(t, c)
				continue
			}
			require.NoError(t, err, "%s %s %s", by, row.network, row.address)
			require.Equal(t, row.at, addrPort(c.LocalAddr()).Addr().String())
			require.NotZero(t, addrPort(c.LocalAddr()).Port())
			require.NoError(t, c.Close())
		}
	}
	fixed, err := n.ListenUDP("udp4", &net.UDPAddr{Port: 4444})
	require.NoError(t, err)
	require.Equal(t, "10.2.0.2:4444", fixed.LocalAddr().String())
	_, err = n.ListenUDP("udp4", &net.UDPAddr{Port: 4444})
	require.Error(t, err, "the port is taken")
	_, err = n.ListenTCP("tcp", nil)
	require.ErrorIs(t, err, errNotSupported)
	_, err = n.CreateListenConfig(nil).Listen(t.Context(), "tcp", ":0")
	require.ErrorIs(t, err, errNotSupported)
}

func TestPacketsGoOnlyWhereTheTunnelLeads(t *testing.T) {
	n := newProvider(t).open(Options{}).Net()
	c, err := n.ListenUDP("udp4", nil)
	require.NoError(t, err)
	for _, to := range []string{"127.0.0.1:9", "169.254.169.254:80", "224.0.0.251:5353", "0.0.0.0:1", "[::1]:9"} {
		_, err := c.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(to)))
		require.ErrorIs(t, err, ErrNotCovered, to)
	}
	_, err = c.WriteTo([]byte("x"), &net.UnixAddr{Name: "/tmp/x"})
	require.ErrorIs(t, err, ErrNotCovered)
	to, err := n.ResolveUDPAddr("udp4", "echo.example:7")
	require.NoError(t, err)
	to.IP = to.IP.To16() // as package net gives it
	_, _, err = c.WriteMsgUDP([]byte("hello"), nil, to)
	require.NoError(t, err)
	b := make([]byte, 10)
	size, _, _, from, err := c.ReadMsgUDP(b, nil)
	require.NoError(t, err)
	require.Equal(t, "hello 10.2.0.1:7", string(b[:size])+" "+from.String())
}

func TestNamesAreResolvedInsideForEveryKind(t *testing.T) {
	n := newProvider(t).open(Options{}).Net()
	tcp, err := n.ResolveTCPAddr("tcp6", "echo.example:7")
	require.NoError(t, err)
	require.Equal(t, "[fd00:2::1]:7", tcp.String())
	ip, err := n.ResolveIPAddr("ip4", "echo.example")
	require.NoError(t, err)
	require.Equal(t, "10.2.0.1", ip.String())
	literal, err := n.ResolveUDPAddr("udp", "203.0.113.5:3478")
	require.NoError(t, err)
	require.Equal(t, "203.0.113.5:3478", literal.String())
	for _, address := range []string{"127.0.0.1:1", "localhost:1", "nowhere.invalid:1", "echo.example"} {
		_, err = n.ResolveUDPAddr("udp", address)
		require.Error(t, err, address)
	}
}

func TestEveryWayToConnect(t *testing.T) {
	n := newProvider(t).open(Options{}).Net()
	at := netip.MustParseAddrPort("10.2.0.1:7")
	tcp, err := n.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(at))
	require.NoError(t, err)
	require.NoError(t, tcp.SetNoDelay(true))
	sent, err := tcp.ReadFrom(strings.NewReader("through ReadFrom"))
	require.NoError(t, err)
	b := make([]byte, sent)
	_, err = tcp.Read(b)
	require.NoError(t, err)
	require.Equal(t, "through ReadFrom", string(b))
	udp, err := n.DialUDP("udp", &net.UDPAddr{Port: 5555}, net.UDPAddrFromAddrPort(at))
	require.NoError(t, err)
	require.Equal(t, "10.2.0.2:5555 10.2.0.1:7", udp.LocalAddr().String()+" "+udp.RemoteAddr().String())
	echoesOnce(t, udp.(net.Conn), 100)
	for _, d := range []*net.Dialer{nil, {}, {Timeout: time.Minute, Deadline: time.Now().Add(time.Minute)}} {
		c, err := n.CreateDialer(d).Dial("tcp", "echo.example:7")
		require.NoError(t, err)
		echoes(t, c, 10)
	}
	for _, d := range []*net.Dialer{{Timeout: time.Nanosecond}, {Deadline: time.Unix(1, 0)}, {LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}} {
		_, err := n.CreateDialer(d).Dial("tcp", "10.2.0.1:7")
		require.Error(t, err)
	}
	_, err = n.DialTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, net.TCPAddrFromAddrPort(at))
	require.ErrorIs(t, err, errNotOurs)
	for _, to := range []string{"127.0.0.1:7", "169.254.169.254:80", "224.0.0.1:7", "[::1]:7"} {
		at := netip.MustParseAddrPort(to)
		_, err = n.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(at))
		require.ErrorIs(t, err, ErrNotCovered, to)
		_, err = n.DialUDP("udp", nil, net.UDPAddrFromAddrPort(at))
		require.ErrorIs(t, err, ErrNotCovered, to)
	}
	_, err = n.DialTCP("tcp", nil, nil)
	require.ErrorIs(t, err, ErrNotCovered)
	_, err = n.DialUDP("udp", nil, nil)
	require.ErrorIs(t, err, ErrNotCovered)
}

// iceConn connects two agents over two networks, and gives what one sends with.
func iceConn(t *testing.T, here, there transport.Net) (*ice.Conn, *ice.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	agents := make([]*ice.Agent, 2)
	for i, n := range []transport.Net{here, there} {
		a, err := ice.NewAgentWithOptions(ice.WithNet(n), ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4, ice.NetworkTypeUDP6}),
			ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled))
		require.NoError(t, err)
		t.Cleanup(func() { _ = a.Close() })
		agents[i] = a
	}
	for i, a := range agents {
		require.NoError(t, a.OnCandidate(func(c ice.Candidate) {
			if c != nil {
				_ = agents[1-i].AddRemoteCandidate(c)
			}
		}))
	}
	type result struct {
		c   *ice.Conn
		err error
	}
	accepted := make(chan result, 1)
	credentials := func(a *ice.Agent) (string, string) {
		ufrag, pwd, err := a.GetLocalUserCredentials()
		require.NoError(t, err)
		return ufrag, pwd
	}
	for _, a := range agents {
		require.NoError(t, a.GatherCandidates())
	}
	ufrag0, pwd0 := credentials(agents[0])
	ufrag1, pwd1 := credentials(agents[1])
	go func() {
		c, err := agents[1].Accept(ctx, ufrag0, pwd0)
		accepted <- result{c, err}
	}()
	c, err := agents[0].Dial(ctx, ufrag1, pwd1)
	require.NoError(t, err)
	other := <-accepted
	require.NoError(t, other.err)
	return c, other.c
}

// socketsOf are the system's sockets that this process holds.
func socketsOf(t *testing.T) []string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("looks for sockets in /proc")
	}
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	var held []string
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(target, "socket:") {
			held = append(held, target)
		}
	}
	return held
}

func TestP08OnlyTheOuterSocketIsTheSystems(t *testing.T) {
	p := newProvider(t)
	before := socketsOf(t)
	var a, b sockets
	here, there := p.open(a.options()), p.open(b.options())
	one, other := iceConn(t, here.Net(), there.Net())
	got := make([]byte, 1200)
	for range 50 {
		_, err := one.Write(got)
		require.NoError(t, err)
		n, err := other.Read(got)
		require.NoError(t, err)
		require.Equal(t, len(got), n)
	}
	require.Contains(t, []string{"10.2.0.2", "fd00:2::2"}, addrPort(one.LocalAddr()).Addr().String())
	require.Contains(t, []string{"10.2.0.3", "fd00:2::3"}, addrPort(one.RemoteAddr()).Addr().String())
	c, err := here.DialContext(t.Context(), "tcp", "echo.example:7")
	require.NoError(t, err)
	echoes(t, c, 1000)

	// Those of earlier tests may close meanwhile: only new ones count.
	opened := slices.DeleteFunc(socketsOf(t), func(s string) bool { return slices.Contains(before, s) })
	require.Len(t, opened, 2, "one socket for each tunnel")
	for _, s := range []*sockets{&a, &b} {
		require.Equal(t, []string{"udp4"}, s.opened)
		require.Equal(t, []string{"127.0.0.1:" + p.port}, s.wentTo())
	}
}

// relay is a TURN server on a computer behind the provider.
func relay(t *testing.T, p *provider, at string) {
	t.Helper()
	inside := newInside(Config{Addresses: providerAddrs, AllowedIPs: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}, p.stack)
	socket, err := inside.ListenPacket("udp4", at)
	require.NoError(t, err)
	server, err := turn.NewServer(turn.ServerConfig{
		Realm: "test",
		AuthHandler: func(r *turn.RequestAttributes) (string, []byte, bool) {
			return r.Username, turn.GenerateAuthKey(r.Username, r.Realm, "secret"), true
		},
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn:            socket,
			PermissionHandler:     turn.DefaultPermissionHandler,
			RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{RelayAddress: net.IPv4(10, 2, 0, 1), Address: "10.2.0.1", Net: inside},
		}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
}

func TestARelayIsReachedThroughTheTunnel(t *testing.T) {
	p := newProvider(t)
	relay(t, p, "10.2.0.1:3478")
	n := p.open(Options{}).Net()
	gathered := make(chan ice.Candidate, 8)
	agent, err := ice.NewAgentWithOptions(ice.WithNet(n), ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled), ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeRelay, ice.CandidateTypeServerReflexive}),
		ice.WithUrls([]*stun.URI{
			{Scheme: stun.SchemeTypeTURN, Host: "four.example", Port: 3478, Proto: stun.ProtoTypeUDP, Username: "u", Password: "secret"},
			{Scheme: stun.SchemeTypeSTUN, Host: "four.example", Port: 3478, Proto: stun.ProtoTypeUDP},
		}))
	require.NoError(t, err)
	t.Cleanup(func() { _ = agent.Close() })
	require.NoError(t, agent.OnCandidate(func(c ice.Candidate) { gathered <- c }))
	require.NoError(t, agent.GatherCandidates())
	seen := map[ice.CandidateType]string{}
	for c := range gathered {
		if c == nil {
			break
		}
		seen[c.Type()] = c.Address()
	}
	require.Equal(t, "10.2.0.1", seen[ice.CandidateTypeRelay])
	require.Equal(t, "10.2.0.2", seen[ice.CandidateTypeServerReflexive])
}

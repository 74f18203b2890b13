package server

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

// forward asks the phone's own server to make a request of another.
func (p *testPhone) forward(server wire.Addr, service string, req any) (r wire.PrekeyReply) {
	p.t.Helper()
	body, err := json.Marshal(req)
	require.NoError(p.t, err)
	p.ask(wire.ServiceForward, wire.Forward{Server: server.String(), Service: service, Body: body}, &r)
	return r
}

func TestForward(t *testing.T) {
	here, there := startServer(t, Config{}), startServer(t, Config{})
	a, b := dialPhone(t, here.Addr()), dialPhone(t, there.Addr()).listen()
	full := strings.Repeat("e", wire.MaxEnvelope)
	require.Empty(t, a.forward(there.Addr(), wire.ServiceSend, wire.Send{To: b.mailbox, Envelope: []byte(full)}).Err)
	require.Equal(t, full, b.receive())

	get := wire.PrekeyRequest{Get: &wire.PrekeyGet{Of: b.mailbox}}
	require.Equal(t, wire.RefusedUnknown, a.forward(there.Addr(), wire.ServicePrekey, get).Err)
	var r wire.PrekeyReply
	b.ask(wire.ServicePrekey, wire.PrekeyRequest{Put: &wire.PrekeyPut{Bundle: []byte("bundle")}}, &r)
	require.Equal(t, "bundle", string(a.forward(there.Addr(), wire.ServicePrekey, get).Bundle))

	key, away := newKey(t)
	require.Empty(t, a.forward(there.Addr(), wire.ServiceSend, wire.Send{To: away, Envelope: []byte("missed"), Keep: true}).Err)
	eventually(t, "the other server keeps it", func() bool { return lastSeq(t, there) == 1 })
	require.Equal(t, []string{"missed"}, dialAs(t, there.Addr(), key, away).takeBox())
}

// The other server sees one more phone, which is this server; of the person
// who writes it sees nothing.
func TestP26OtherServerSeesOnlyThisServer(t *testing.T) {
	here, there := startServer(t, Config{}), startServer(t, Config{})
	a, b := dialPhone(t, here.Addr()), dialPhone(t, there.Addr()).listen()
	for range 3 {
		a.forward(there.Addr(), wire.ServiceSend, wire.Send{To: b.mailbox, Envelope: []byte("x")})
	}
	there.roster.mu.Lock()
	defer there.roster.mu.Unlock()
	require.Len(t, there.roster.conns, 2, "one connection for all")
	require.Empty(t, there.roster.boxes[a.mailbox])
	require.Len(t, there.roster.boxes[here.services.peers.mailbox], 1)
}

func TestForwardToNowhereIsUnreachable(t *testing.T) {
	here, there := startServer(t, Config{}), startServer(t, Config{})
	a, b := dialPhone(t, here.Addr()), dialPhone(t, there.Addr()).listen()
	send := wire.Send{To: b.mailbox, Envelope: []byte("x")}
	wrongPin := there.Addr()
	wrongPin.Pin[0] ^= 1
	require.Equal(t, wire.RefusedUnreachable, a.forward(wrongPin, wire.ServiceSend, send).Err)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	require.Equal(t, wire.RefusedUnreachable, a.forward(wire.Addr{HostPort: closed.Addr().String()}, wire.ServiceSend, send).Err)
	require.Empty(t, a.forward(there.Addr(), wire.ServiceSend, send).Err, "a failure is not remembered against another")
}

// A server on the network must not be led into its own computer or network,
// whether by an address or by a name.
func TestP16ForwardRefusesPrivateTargets(t *testing.T) {
	s := startServer(t, Config{Host: "0.0.0.0", PublicHost: "127.0.0.1"})
	a := dialPhone(t, s.Addr())
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer trap.Close() //nolint:errcheck // test
	_, port, err := net.SplitHostPort(trap.Addr().String())
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "::ffff:127.0.0.1", "0.0.0.0", "127.1"} {
		r := a.forward(wire.Addr{HostPort: net.JoinHostPort(host, port)}, wire.ServiceSend, wire.Send{To: a.mailbox, Envelope: []byte("x")})
		require.Equal(t, wire.RefusedUnreachable, r.Err, host)
	}
	require.NoError(t, trap.(*net.TCPListener).SetDeadline(time.Now().Add(20*time.Millisecond)))
	_, err = trap.Accept()
	require.Error(t, err, "nobody came")
}

func TestP16PeerDialerTable(t *testing.T) {
	for _, private := range []bool{false, true} {
		p := &peers{allowed: func(a netip.Addr) bool { return mayReach(a, private) }}
		for _, a := range specialRanges {
			require.ErrorIs(t, p.control("", net.JoinHostPort(a, "443"), nil), errTarget, a)
		}
		for _, a := range privateAddresses {
			require.Equal(t, private, p.control("", net.JoinHostPort(a, "443"), nil) == nil, a)
		}
		require.NoError(t, p.control("", "9.9.9.9:443", nil))
		require.ErrorIs(t, p.control("", "name:443", nil), errTarget)
	}
}

// Where the phone around this server says how to leave the computer (P8), P16
// holds all the same, and names are nobody else's to look up.
func TestP16OwnDialerGetsCheckedAddressesOnly(t *testing.T) {
	there := startServer(t, Config{})
	var mu sync.Mutex
	var asked, dialled []string
	here := startServer(t, Config{Host: "0.0.0.0", PublicHost: "127.0.0.1",
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, host)
			return []netip.Addr{netip.MustParseAddr("192.168.7.7"), netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("9.9.9.9")}, nil
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			mu.Lock()
			dialled = append(dialled, address)
			mu.Unlock()
			return (&net.Dialer{}).DialContext(ctx, network, there.front.listener.Addr().String()) // as if that were it
		}})
	a, b := dialPhone(t, here.Addr()), dialPhone(t, there.Addr())
	send := wire.Send{To: b.mailbox, Envelope: []byte("x")}
	named := wire.Addr{HostPort: "server.example:443", Pin: there.Addr().Pin}
	require.Empty(t, a.forward(named, wire.ServiceSend, send).Err)
	for _, host := range []string{"127.0.0.1", "192.168.7.7", "::ffff:10.0.0.1"} {
		r := a.forward(wire.Addr{HostPort: net.JoinHostPort(host, "443"), Pin: there.Addr().Pin}, wire.ServiceSend, send)
		require.Equal(t, wire.RefusedUnreachable, r.Err, host)
	}
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{"server.example"}, asked)
	require.Equal(t, []string{"9.9.9.9:443"}, dialled)
}

func TestIdlePeersAreClosed(t *testing.T) {
	here, there := startServer(t, Config{}), startServer(t, Config{})
	a, b := dialPhone(t, here.Addr()), dialPhone(t, there.Addr()).listen()
	a.forward(there.Addr(), wire.ServiceSend, wire.Send{To: b.mailbox, Envelope: []byte("x")})
	here.services.peers.sweep(time.Now().Add(-time.Hour))
	require.Equal(t, 2, there.Stats().Clients, "in use")
	here.services.peers.sweep(time.Now().Add(time.Hour))
	eventually(t, "the idle connection is closed", func() bool { return there.Stats().Clients == 1 })
	require.Empty(t, a.forward(there.Addr(), wire.ServiceSend, wire.Send{To: b.mailbox, Envelope: []byte("x")}).Err)
}

func FuzzForwardable(f *testing.F) {
	f.Add([]byte(`{"server":"127.0.0.1:1#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","service":"send","body":"e30="}`))
	f.Add([]byte(`{"server":"h:1#","service":"prekey","body":"eyJnZXQiOnsib2YiOiIqIn19"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, service, body, ok := forwardable(raw)
		if ok && service != wire.ServiceSend && service != wire.ServicePrekey {
			t.Fatalf("%q is not forwarded", service)
		}
		if ok && !json.Valid(body) {
			t.Fatalf("body %q", body)
		}
	})
}

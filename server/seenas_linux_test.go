package server

import (
	"net"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

// Only Linux answers to all of 127.0.0.0/8 without set-up.
func dialFrom(ip string) nats.Option {
	return nats.SetCustomDialer(&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}})
}

// Two connections of one mailbox each learn their own address, not the other's.
func TestSeenAsIsTheAskersAddress(t *testing.T) {
	s := startServer(t, Config{})
	key, mailbox := newKey(t)
	seen := func(p *testPhone) string {
		var r wire.TurnReply
		p.ask(wire.ServiceTurn, struct{}{}, &r)
		return r.SeenAs
	}
	old := dialAs(t, s.Addr(), key, mailbox, dialFrom("127.0.0.5"))
	require.Equal(t, "127.0.0.5", seen(old))
	fresh := dialAs(t, s.Addr(), key, mailbox, dialFrom("127.0.0.6"))
	require.Equal(t, "127.0.0.6", seen(fresh))
	require.Equal(t, "127.0.0.5", seen(old))
	old.nc.Close()
	eventually(t, "the old connection is forgotten", func() bool { return len(s.roster.of(mailbox)) == 1 })
	require.Equal(t, "127.0.0.6", seen(fresh))

	// Where both would receive the answer, none is claimed.
	third := dialAs(t, s.Addr(), key, mailbox, dialFrom("127.0.0.7"))
	for _, p := range []*testPhone{fresh, third} {
		_, err := p.nc.SubscribeSync(wire.Replies(mailbox) + ".>")
		require.NoError(t, err)
		require.NoError(t, p.nc.Flush())
	}
	require.Empty(t, seen(third))
}

// A phone cannot claim an address: its bytes come after the server's own line.
func TestPhoneCannotClaimAnAddress(t *testing.T) {
	s := startServer(t, Config{})
	c, err := (&net.Dialer{}).Dial("tcp", s.Addr().HostPort)
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // test
	tc := tlsClient(c, s.Addr())
	_, err = tc.Write([]byte("PROXY TCP4 9.9.9.9 127.0.0.1 5 5\r\n"))
	require.NoError(t, err)
	text := readAll(t, tc)
	require.Contains(t, text, "-ERR")
}

func TestLimitsCountByAddress(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{ConnsPerIP: 1}})
	key, mailbox := newKey(t)
	for _, ip := range []string{"127.0.0.5", "127.0.0.6", "127.0.0.7"} {
		dialAs(t, s.Addr(), key, mailbox, dialFrom(ip))
	}
	require.Equal(t, 3, s.Stats().Clients)
}

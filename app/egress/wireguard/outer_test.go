package wireguard

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.zx2c4.com/wireguard/conn"
)

func loopback(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// flaky fails to read as often as it says, as some systems do after a packet
// that was refused.
type flaky struct {
	net.PacketConn
	fails int
}

func (f *flaky) ReadFrom(p []byte) (int, net.Addr, error) {
	if f.fails--; f.fails >= 0 {
		return 0, nil, errors.New("refused")
	}
	return f.PacketConn.ReadFrom(p)
}

func TestOnlyTheProviderIsHeard(t *testing.T) {
	provider, stranger, ours := loopback(t), loopback(t), loopback(t)
	at := addrPort(provider.LocalAddr())
	o := newOuter([]netip.AddrPort{at}, func(string) (net.PacketConn, error) { return &flaky{ours, 2}, nil })
	receive, _, err := o.Open(0)
	require.NoError(t, err)
	require.Len(t, receive, 1)
	_, err = stranger.WriteTo([]byte("stranger"), ours.LocalAddr())
	require.NoError(t, err)
	_, err = provider.WriteTo([]byte("provider"), ours.LocalAddr())
	require.NoError(t, err)
	packets, sizes, eps := [][]byte{make([]byte, 100)}, make([]int, 1), make([]conn.Endpoint, 1)
	n, err := receive[0](packets, sizes, eps)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "provider", string(packets[0][:sizes[0]]))
	require.Equal(t, at.String(), eps[0].DstToString())

	ended := make(chan error, 1)
	go func() { _, err := receive[0](packets, sizes, eps); ended <- err }()
	require.NoError(t, o.Close())
	select {
	case err := <-ended:
		require.ErrorIs(t, err, net.ErrClosed)
	case <-time.After(5 * time.Second):
		t.Fatal("still reading")
	}
	select {
	case <-o.broken:
		t.Fatal("closed is not broken")
	default:
	}
	require.ErrorIs(t, o.Send([][]byte{{1}}, remote(at)), net.ErrClosed)
}

func TestASocketThatFailsForGoodIsBroken(t *testing.T) {
	o := newOuter([]netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}, func(string) (net.PacketConn, error) { return &flaky{loopback(t), 1 << 30}, nil })
	receive, _, err := o.Open(0)
	require.NoError(t, err)
	_, err = receive[0]([][]byte{make([]byte, 100)}, make([]int, 1), make([]conn.Endpoint, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	<-o.broken
	require.NoError(t, o.Close())
}

func TestOneFamilyIsEnough(t *testing.T) {
	broken := errors.New("no such family")
	asked := []string{}
	listen := func(network string) (net.PacketConn, error) {
		asked = append(asked, network)
		if network == "udp6" {
			return nil, broken
		}
		return loopback(t), nil
	}
	both := []netip.AddrPort{netip.MustParseAddrPort("[2001:db8::1]:1"), netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.2:1")}
	o := newOuter(both, listen)
	receive, _, err := o.Open(0)
	require.NoError(t, err)
	require.Len(t, receive, 1)
	require.Equal(t, []string{"udp6", "udp4"}, asked)
	require.NoError(t, o.Close())
	_, _, err = newOuter(both[:1], listen).Open(0)
	require.ErrorIs(t, err, broken)
}

func TestAProvidersFamiliesAreTriedByTurns(t *testing.T) {
	opts := Options{Resolve: func(context.Context, string) ([]netip.Addr, error) {
		return addrs("2001:db8::1", "2001:db8::2", "203.0.113.1", "::ffff:203.0.113.1", "0.0.0.0", "203.0.113.2"), nil
	}}
	hosts, err := opts.provider(t.Context(), Config{Host: "provider.example", Port: 9})
	require.NoError(t, err)
	var texts []string
	for _, h := range hosts {
		texts = append(texts, h.String())
	}
	require.Equal(t, []string{"203.0.113.1:9", "[2001:db8::1]:9", "[2001:db8::2]:9", "203.0.113.2:9"}, texts)
}

package route

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/stretchr/testify/require"
)

// countingNet notes every use of the network by pion.
type countingNet struct {
	transport.Net
	mu   sync.Mutex
	uses []string
}

func newCountingNet(t testing.TB) *countingNet {
	t.Helper()
	n, err := stdnet.NewNet()
	require.NoError(t, err)
	return &countingNet{Net: n}
}

func (n *countingNet) note(use string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.uses = append(n.uses, use)
}

func (n *countingNet) used() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string{}, n.uses...)
}

func (n *countingNet) ListenPacket(network, address string) (net.PacketConn, error) {
	n.note("listen " + network + " " + address)
	return n.Net.ListenPacket(network, address)
}

func (n *countingNet) ListenUDP(network string, a *net.UDPAddr) (transport.UDPConn, error) {
	n.note("listen " + network + " " + a.String())
	return n.Net.ListenUDP(network, a)
}

func (n *countingNet) ListenTCP(network string, a *net.TCPAddr) (transport.TCPListener, error) {
	n.note("listen " + network + " " + a.String())
	return n.Net.ListenTCP(network, a)
}

func (n *countingNet) Dial(network, address string) (net.Conn, error) {
	n.note("dial " + network + " " + address)
	return n.Net.Dial(network, address)
}

func (n *countingNet) DialUDP(network string, l, r *net.UDPAddr) (transport.UDPConn, error) {
	n.note("dial " + network + " " + r.String())
	return n.Net.DialUDP(network, l, r)
}

func (n *countingNet) DialTCP(network string, l, r *net.TCPAddr) (transport.TCPConn, error) {
	n.note("dial " + network + " " + r.String())
	return n.Net.DialTCP(network, l, r)
}

func (n *countingNet) ResolveIPAddr(network, address string) (*net.IPAddr, error) {
	n.note("resolve " + network + " " + address)
	return n.Net.ResolveIPAddr(network, address)
}

func (n *countingNet) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	n.note("resolve " + network + " " + address)
	return n.Net.ResolveUDPAddr(network, address)
}

func (n *countingNet) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	n.note("resolve " + network + " " + address)
	return n.Net.ResolveTCPAddr(network, address)
}

// firstBytes records what the first byte of every connection was.
type firstBytes struct {
	mu    sync.Mutex
	bytes []byte
}

func (f *firstBytes) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	return &firstByteConn{Conn: conn, f: f}, err
}

func (f *firstBytes) seen() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]byte{}, f.bytes...)
}

type firstByteConn struct {
	net.Conn
	f    *firstBytes
	once sync.Once
}

func (c *firstByteConn) Write(b []byte) (int, error) {
	c.once.Do(func() {
		c.f.mu.Lock()
		defer c.f.mu.Unlock()
		c.f.bytes = append(c.f.bytes, b[0])
	})
	return c.Conn.Write(b)
}

package route

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
)

// tap keeps every byte that leaves for a relay, below TLS, as the network sees it.
type tap struct {
	transport.Net
	mu       sync.Mutex
	udp, tcp bytes.Buffer
}

func newTap(t *testing.T) *tap {
	t.Helper()
	n, err := stdnet.NewNet()
	require.NoError(t, err)
	return &tap{Net: n}
}

func (w *tap) keep(to *bytes.Buffer, b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	to.Write(b)
}

func (w *tap) seen() (udp, tcp string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.udp.String(), w.tcp.String()
}

func (w *tap) ListenPacket(network, address string) (net.PacketConn, error) {
	c, err := w.Net.ListenPacket(network, address)
	return tappedPackets{c, w}, err
}

func (w *tap) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return tappedStream{c, w}, nil
}

type tappedPackets struct {
	net.PacketConn
	w *tap
}

func (c tappedPackets) WriteTo(b []byte, to net.Addr) (int, error) {
	c.w.keep(&c.w.udp, b)
	return c.PacketConn.WriteTo(b, to)
}

type tappedStream struct {
	net.Conn
	w *tap
}

func (c tappedStream) Write(b []byte) (int, error) {
	c.w.keep(&c.w.tcp, b)
	return c.Conn.Write(b)
}

// writings are the forms in which a key may stand in a packet.
func writings(key []byte, more ...string) []string {
	b32 := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key)
	return append(more, string(key), hex.EncodeToString(key), b32, strings.ToLower(b32),
		base64.RawStdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key))
}

// TestP17NothingOnTheWireTellsWho: a relay is tried by TLS first, so that not
// even its random user name is in clear; and no packet of a check or of a call,
// by whatever carrier, holds anything by which the person is known.
func TestP17NothingOnTheWireTellsWho(t *testing.T) {
	s, me := openServer(t), identity.New()
	mailbox, err := identity.NewAddress(me, s.Addr())
	require.NoError(t, err)
	id := me.ID()
	names := writings(id[:], mailbox.Mailbox, mailbox.String())
	used := map[string]bool{}
	for range 2 {
		grant, w := grantOf(t, s, me), newTap(t)
		opts := Options{Net: w, Dial: w.dial}
		proof, err := CheckRelay(t.Context(), grant, opts)
		require.NoError(t, err)
		require.True(t, proof.TLS)
		udp, tcp := w.seen()
		require.Empty(t, udp, "TLS works: nothing is said in clear")
		require.NotEmpty(t, tcp)
		p := newPeer(t, mustPlan(t, phone.Relay, grant, opts))
		p.offer()
		for line := range p.out {
			if line == "" {
				break
			}
		}
		udp, tcp = w.seen()
		require.Contains(t, udp, grant.Username, "the tap sees the user name, where it is in clear")
		require.NotContains(t, tcp, grant.Username)
		for _, name := range names {
			require.NotContains(t, udp+tcp, name)
		}
		require.NotContains(t, udp+tcp, grant.Password)
		require.False(t, used[grant.Username], "two calls share no name")
		used[grant.Username] = true
	}
}

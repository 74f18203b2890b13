package wireguard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
)

// provider is a VPN provider: another WireGuard with the library's own socket
// on loopback, and computers behind it that answer.
type provider struct {
	t       *testing.T
	stack   *stack
	device  *device.Device
	public  key
	port    string
	clients int
	asked   atomic.Int64 // questions to its name server
}

var providerAddrs = addrs("10.2.0.1", "fd00:2::1")

func newProvider(t *testing.T) *provider {
	t.Helper()
	private, public := pair(t)
	s, err := newStack(providerAddrs, 1420)
	require.NoError(t, err)
	require.Nil(t, s.ip.SetForwardingDefaultAndAllNICs(ipv4.ProtocolNumber, true))
	require.Nil(t, s.ip.SetForwardingDefaultAndAllNICs(ipv6.ProtocolNumber, true))
	p := &provider{t: t, stack: s, public: public}
	p.device = device.NewDevice(s, conn.NewDefaultBind(), device.NewLogger(device.LogLevelSilent, ""))
	require.NoError(t, p.device.IpcSet(fmt.Sprintf("private_key=%s\nlisten_port=0\n", private.hex())))
	require.NoError(t, p.device.Up())
	t.Cleanup(p.device.Close)
	text, err := p.device.IpcGet()
	require.NoError(t, err)
	_, rest, _ := strings.Cut(text, "listen_port=")
	p.port, _, _ = strings.Cut(rest, "\n")
	for _, a := range providerAddrs {
		p.echoTCP(netip.AddrPortFrom(a, 7))
		p.echoUDP(netip.AddrPortFrom(a, 7))
		p.dns(netip.AddrPortFrom(a, dnsPort))
	}
	return p
}

// admit makes a client known, and gives its file.
func (p *provider) admit() string {
	p.t.Helper()
	private, public := pair(p.t)
	shared, _ := pair(p.t)
	p.clients++
	n := p.clients + 1
	require.NoError(p.t, p.device.IpcSet(fmt.Sprintf("public_key=%s\npreshared_key=%s\nallowed_ip=10.2.0.%d/32\nallowed_ip=fd00:2::%d/128\n", public.hex(), shared.hex(), n, n)))
	return fmt.Sprintf("[Interface]\nPrivateKey = %s\nAddress = 10.2.0.%d/32, fd00:2::%d/128\nDNS = 10.2.0.1\n[Peer]\nPublicKey = %s\nPresharedKey = %s\nAllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = 127.0.0.1:%s\n",
		private.text(), n, n, p.public.text(), shared.text(), p.port)
}

func (p *provider) client() Config { return config(p.t, p.admit()) }

func config(t *testing.T, text string) Config {
	t.Helper()
	c, err := Parse([]byte(text))
	require.NoError(t, err)
	return c
}

func (p *provider) open(opts Options) *Tunnel {
	p.t.Helper()
	return open(p.t, p.client(), opts)
}

func open(t *testing.T, c Config, opts Options) *Tunnel {
	t.Helper()
	tunnel, err := Open(t.Context(), c, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tunnel.Close() })
	return tunnel
}

func (p *provider) echoTCP(at netip.AddrPort) {
	l, err := gonet.ListenTCP(p.stack.ip, full(at), protocol(at.Addr()))
	require.NoError(p.t, err)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
}

func (p *provider) listenUDP(at netip.AddrPort) *gonet.UDPConn {
	here := full(at)
	c, err := gonet.DialUDP(p.stack.ip, &here, nil, protocol(at.Addr()))
	require.NoError(p.t, err)
	return c
}

func (p *provider) echoUDP(at netip.AddrPort) {
	c := p.listenUDP(at)
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(b[:n], from)
		}
	}()
}

// dns answers for names below .example: by UDP, and for names that begin with
// "long" by TCP only.
func (p *provider) dns(at netip.AddrPort) {
	c := p.listenUDP(at)
	go func() {
		b := make([]byte, 512)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			// What comes first must not be taken: another's answer, and no answer.
			stray := bytes.ReplaceAll(p.reply(b[:n], true), []byte{10, 2, 0, 1}, []byte{10, 2, 0, 99})
			stray[0]++
			_, _ = c.WriteTo(stray, from)
			_, _ = c.WriteTo([]byte("?"), from)
			_, _ = c.WriteTo(p.reply(b[:n], true), from)
		}
	}()
	l, err := gonet.ListenTCP(p.stack.ip, full(at), protocol(at.Addr()))
	require.NoError(p.t, err)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 514)
			if n, err := io.ReadAtLeast(c, b, 2+12); err == nil {
				r := p.reply(b[2:n], false)
				_, _ = c.Write(append([]byte{byte(len(r) >> 8), byte(len(r))}, r...))
			}
			_ = c.Close()
		}
	}()
}

func (p *provider) reply(request []byte, udp bool) []byte {
	p.asked.Add(1)
	var m dnsmessage.Message
	if m.Unpack(request) != nil || len(m.Questions) != 1 {
		return []byte("?")
	}
	q := m.Questions[0]
	name := q.Name.String()
	m.Response, m.RecursionAvailable = true, true
	h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
	switch {
	case strings.HasPrefix(name, "broken"):
		m.RCode = dnsmessage.RCodeServerFailure
	case !strings.HasSuffix(name, ".example."):
		m.RCode = dnsmessage.RCodeNameError
	case udp && strings.HasPrefix(name, "long"):
		m.Truncated = true
	case q.Type == dnsmessage.TypeA && strings.HasPrefix(name, "here"):
		m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
	case q.Type == dnsmessage.TypeA && !strings.HasPrefix(name, "six"):
		alias := dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeCNAME, Class: q.Class}
		m.Answers = []dnsmessage.Resource{{Header: alias, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("alias.example.")}},
			{Header: h, Body: &dnsmessage.AResource{A: providerAddrs[0].As4()}}}
	case q.Type == dnsmessage.TypeAAAA && !strings.HasPrefix(name, "four"):
		m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AAAAResource{AAAA: providerAddrs[1].As16()}}}
	}
	b, err := m.Pack()
	if err != nil {
		return []byte("?")
	}
	return b
}

// sockets counts the outer sockets, opens them on loopback, and can fall silent.
type sockets struct {
	mu     sync.Mutex
	opened []string
	silent atomic.Bool
	dead   string // an address that nothing arrives at
	last   net.PacketConn
	to     map[string]bool // where packets went
	types  []byte          // of messages
}

func (s *sockets) options() Options { return Options{ListenPacket: s.listen} }

func (s *sockets) listen(ctx context.Context, network, _ string) (net.PacketConn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, network)
	if network != "udp4" {
		return nil, fmt.Errorf("no %s here", network)
	}
	c, err := (&net.ListenConfig{}).ListenPacket(ctx, network, "127.0.0.1:0")
	s.last, s.to = c, map[string]bool{}
	return socket{c, s}, err
}

// handshakes is how many were begun.
func (s *sockets) handshakes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Count(s.types, []byte{1})
}

// wentTo is where packets went.
func (s *sockets) wentTo() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.to))
}

type socket struct {
	net.PacketConn
	s *sockets
}

func (c socket) WriteTo(p []byte, to net.Addr) (int, error) {
	c.s.mu.Lock()
	c.s.to[to.String()] = true
	c.s.types = append(c.s.types, p[0])
	c.s.mu.Unlock()
	if c.s.silent.Load() || c.s.dead != "" && strings.HasPrefix(to.String(), c.s.dead) {
		return len(p), nil
	}
	return c.PacketConn.WriteTo(p, to)
}

// quick is a timing for tests that wait for the end.
func quick() Timing {
	return Timing{Handshake: 600 * time.Millisecond, Retry: 100 * time.Millisecond, Silence: 300 * time.Millisecond, Check: 20 * time.Millisecond}
}

package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Config says how to serve. The zero value serves this computer only, on any
// free port, and keeps nothing.
type Config struct {
	Host       string     // address to listen on; "" = 127.0.0.1
	Port       int        // the one TLS port (TCP); 0 = any free port
	TURNPort   int        // the relay's UDP port; 0 = the number of the TCP port if free, else any
	PublicIP   netip.Addr // where the relay is reached; unset = Host, or this computer's first address
	PublicHost string     // host name in Addr; "" = PublicIP

	Dir               string // state: key, certificate, missed calls, prekeys; "" = in memory, and a fresh key each time
	CertFile, KeyFile string // a CA certificate (PEM); both or none

	AllowPrivatePeers bool   // the relay and forwarding may reach private ranges (LAN); never loopback, link-local or metadata
	RelayMinPort      uint16 // the range of relay ports; both 0 = any free port
	RelayMaxPort      uint16
	NoRelay           bool // offer no relay
	// Dial and Resolve stand in for the system's network on the way to other
	// servers. Dial gets addresses that passed the rules, never names.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// RelayURIs (RFC 7065) name TURN servers that phones use in place of this
	// server's own relay, as coturn with "use-auth-secret". A turns: one must
	// have this server's certificate key, which is the only one phones accept.
	RelayURIs   []string
	RelaySecret string // shared with these TURN servers, by the coturn REST convention
	Limits      Limits
	Log         *slog.Logger // nil = silent; it never learns who calls whom
}

// Limits bound what clients may use. A zero field has the default named at it.
type Limits struct {
	Conns          int           // TLS connections in all: 10000
	ConnsPerIP     int           // from one IPv4 address or IPv6 /64: 100
	ConnRate       float64       // new connections a second from one of these: 20, bursts of 100
	Handshake      time.Duration // for TLS, for the hello after it, for an HTTP request: 8 s
	ConnBytes      int           // bytes a second that one phone may send to the broker: 262144
	Sends          float64       // messages a second from one mailbox: 20, bursts of 60
	Requests       float64       // other requests a second from one mailbox: 2, bursts of 20
	Allocations    int           // relay allocations in all: 2000
	AllocsPerPhone int           // relay allocations of one mailbox: 16
	RelayBytes     int           // bytes a second through the relay for one mailbox, each way: 1500000
}

// Fixed limits, which no one has needed to change.
const (
	startTimeout   = 15 * time.Second
	maxPayload     = 128 << 10 // bytes of a broker message: a full box of 20 usual envelopes fits one answer
	boxPerMailbox  = 20
	boxMaxAge      = 3 * 24 * time.Hour
	prekeyMaxAge   = 30 * 24 * time.Hour // phones publish weekly
	maxPrekey      = 8 << 10             // bytes of a prekey bundle
	grantLifetime  = 10 * time.Minute    // how long relay credentials allow new allocations
	forwardTimeout = 5 * time.Second
)

func (l Limits) withDefaults() Limits {
	orDefault(&l.Conns, 10000)
	orDefault(&l.ConnsPerIP, 100)
	orDefault(&l.ConnRate, 20)
	orDefault(&l.Handshake, 8*time.Second)
	orDefault(&l.ConnBytes, 256<<10)
	orDefault(&l.Sends, 20)
	orDefault(&l.Requests, 2)
	orDefault(&l.Allocations, 2000)
	orDefault(&l.AllocsPerPhone, 16)
	orDefault(&l.RelayBytes, 1_500_000)
	return l
}

func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// complete checks the settings that need no system call and fills defaults.
func (c Config) complete() (Config, error) {
	orDefault(&c.Host, "127.0.0.1")
	c.Limits = c.Limits.withDefaults()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case c.Port < 0 || c.Port > 65535 || c.TURNPort < 0 || c.TURNPort > 65535:
		return c, fmt.Errorf("%w: a port is between 0 and 65535", ErrConfig)
	case c.RelayMinPort > c.RelayMaxPort || (c.RelayMinPort == 0) != (c.RelayMaxPort == 0):
		return c, fmt.Errorf("%w: the relay ports need a lower and an upper end", ErrConfig)
	case (c.CertFile == "") != (c.KeyFile == ""):
		return c, fmt.Errorf("%w: a certificate and its key go together", ErrConfig)
	case (len(c.RelayURIs) == 0) != (c.RelaySecret == "") || c.NoRelay && len(c.RelayURIs) > 0:
		return c, fmt.Errorf("%w: other relays and their secret go together, and not with \"no relay\"", ErrConfig)
	case c.PublicIP.IsUnspecified() || c.PublicIP.IsMulticast():
		return c, fmt.Errorf("%w: %v is no address of a server", ErrConfig, c.PublicIP)
	case strings.ContainsAny(c.PublicHost, "#/?:@ "):
		return c, fmt.Errorf("%w: %q is no host name", ErrConfig, c.PublicHost)
	}
	c.PublicIP = c.PublicIP.Unmap()
	return c, checkRelayURIs(c.RelayURIs)
}

// publicIP is the address under which others reach a server that listens on
// bound: the configured one, else bound, else the first usable address here.
func publicIP(configured, bound netip.Addr) netip.Addr {
	if configured.IsValid() {
		return configured
	}
	if !bound.IsUnspecified() {
		return bound
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().Is4() && p.Addr().IsGlobalUnicast() {
			return p.Addr()
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

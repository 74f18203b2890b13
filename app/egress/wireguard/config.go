package wireguard

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	leastMTU6 = 1280
	// A packet of media fits into the default, and a packet of such a tunnel
	// fits into every way to the provider.
	defaultMTU = leastMTU6
)

// Config is a provider's configuration for one device. Its keys stand behind
// a pointer, so that no way of printing it shows them.
type Config struct {
	Addresses  []netip.Addr   // of this phone inside the tunnel; all of them can be used
	DNS        []netip.Addr   // name servers, asked through the tunnel only
	MTU        int            // of the tunnel
	Host       string         // of the provider: an address or a name
	Port       uint16         // of the provider
	AllowedIPs []netip.Prefix // what the tunnel leads to
	Keepalive  time.Duration
	Ignored    []string // what the file asks for and this phone does not do, for people to read

	keys *keys
}

type keys struct{ private, peer, shared key }

type key [32]byte

func (k key) text() string { return base64.StdEncoding.EncodeToString(k[:]) }
func (k key) hex() string  { return hex.EncodeToString(k[:]) }

// String says where the configuration leads, and never a key.
func (c Config) String() string { return "wireguard " + c.Endpoint() }

// Endpoint is the provider's host and port.
func (c Config) Endpoint() string { return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) }

// Marshal is the configuration with its keys, for encrypted storage only.
// Parse reads it.
func (c Config) Marshal() []byte {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "%s = %s\n", name, value) }
	b.WriteString("[Interface]\n")
	line("PrivateKey", c.keys.private.text())
	line("Address", list(c.Addresses))
	if len(c.DNS) > 0 {
		line("DNS", list(c.DNS))
	}
	line("MTU", strconv.Itoa(c.MTU))
	b.WriteString("[Peer]\n")
	line("PublicKey", c.keys.peer.text())
	if c.keys.shared != (key{}) {
		line("PresharedKey", c.keys.shared.text())
	}
	line("Endpoint", c.Endpoint())
	line("AllowedIPs", list(c.AllowedIPs))
	if c.Keepalive > 0 {
		line("PersistentKeepalive", strconv.Itoa(int(c.Keepalive/time.Second)))
	}
	return []byte(b.String())
}

func list[T fmt.Stringer](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.String()
	}
	return strings.Join(texts, ", ")
}

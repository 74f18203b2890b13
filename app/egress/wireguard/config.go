package wireguard

import (
	"net/netip"
	"time"
)

// Config is a provider's configuration for one device. Its keys are behind a
// pointer so that no way of printing it shows them.
type Config struct {
	Addresses  []netip.Addr   // of this phone inside the tunnel
	DNS        []netip.Addr   // name servers, asked through the tunnel only
	MTU        int            // of the tunnel; 0 takes the default
	Host       string         // of the provider: an address or a name
	Port       uint16         // of the provider
	AllowedIPs []netip.Prefix // what the tunnel leads to
	Keepalive  time.Duration
	Ignored    []string // what the file says and this phone does not do, for people to read

	keys *keys
}

type keys struct{ private, peer, shared [32]byte }

// Parse reads a configuration file in the form of wg-quick.
func Parse(text []byte) (Config, error) { return Config{}, ErrBadConfig }

// Marshal is the configuration with its keys, for encrypted storage only.
// Parse reads it.
func (c Config) Marshal() []byte { return nil }

// String says where the configuration leads, and never a key.
func (c Config) String() string { return c.Endpoint() }

// Endpoint is the provider's host and port.
func (c Config) Endpoint() string { return c.Host }

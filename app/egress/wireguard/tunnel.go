package wireguard

import (
	"context"
	"net"
	"net/netip"

	"github.com/pion/transport/v5"
)

// Tunnel is one way out of this computer: through the provider.
type Tunnel struct{ lost chan struct{} }

// Open sets the tunnel up and returns when the provider has answered.
func Open(ctx context.Context, cfg Config, opts Options) (*Tunnel, error) {
	return nil, ErrUnreachable
}

// Net opens sockets inside the tunnel.
func (t *Tunnel) Net() transport.Net { return nil }

// DialContext connects through the tunnel; names are resolved there as well.
func (t *Tunnel) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return nil, ErrNotCovered
}

// Locals are this phone's addresses inside the tunnel.
func (t *Tunnel) Locals() []netip.Prefix { return nil }

// Lost is closed when the provider no longer answers.
func (t *Tunnel) Lost() <-chan struct{} { return t.lost }

// Close ends the tunnel and everything opened through it.
func (t *Tunnel) Close() error { return nil }

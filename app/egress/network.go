package egress

import (
	"context"
	"net"
	"net/netip"

	"github.com/pion/transport/v5"
)

// Network is one way out of this computer.
type Network interface {
	// Net opens the sockets of media. It names the addresses of this way out
	// only, as they are when it is asked.
	Net() transport.Net
	// DialContext connects for everything else. Names are resolved by the same way out.
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	// Locals are this phone's addresses on this way out, with their subnets.
	Locals() []netip.Prefix
	// Lost is closed when this way out is gone for good; open it anew then.
	Lost() <-chan struct{}
	// Close ends it. What it opened fails from then on, or ends with its owner.
	Close() error
}

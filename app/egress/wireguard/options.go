package wireguard

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// Options say how the tunnel's own packets leave this computer, and when it
// gives up. The zero value takes the system's network and the usual times.
type Options struct {
	// ListenPacket opens the outer socket, for "udp4" or "udp6". Nil: the system's.
	ListenPacket func(ctx context.Context, network, address string) (net.PacketConn, error)
	// Resolve finds the provider's host. Nil: the system's resolver. It is not
	// asked where the configuration names an address.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Timing  Timing
}

// Timing is when a tunnel gives up. Zero values take the defaults.
type Timing struct {
	Handshake time.Duration // Open waits so long for the provider's answer
	Retry     time.Duration // and asks again after so long, at the host's next address
	Silence   time.Duration // a packet sent and nothing heard for so long: lost
	Check     time.Duration // how often that is looked at
}

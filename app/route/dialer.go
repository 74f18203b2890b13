package route

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"time"

	"golang.org/x/net/proxy"

	"paravent/server/wire"
)

// dialTimeout bounds one TCP and TLS handshake with a relay.
const dialTimeout = 3 * time.Second

// pinnedDialer speaks TLS to the relay and accepts only the pinned key. pion
// calls it in place of its own TLS, which knows no pin: where a proxy dialer
// is set, pion/ice takes the connection as it is, for turns: too. Should a
// later pion wrap it in TLS again, or not call it at all, then the handshake
// fails; there is no way back to clear text. Only what the server named as
// plain TURN over TCP, and nowhere as TLS, is spoken to in clear.
type pinnedDialer struct {
	ctx   context.Context //nolint:containedctx // proxy.Dialer has no context; this one ends dials when the call ends
	pin   wire.Pin
	plain []string // host:port of plain TURN over TCP
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
}

var _ proxy.Dialer = pinnedDialer{}

// newPinnedDialer dials the relays of targets. An address that any of them
// names as TLS is never spoken to in clear.
func newPinnedDialer(ctx context.Context, pin wire.Pin, targets []target, dial func(context.Context, string, string) (net.Conn, error)) pinnedDialer {
	d := pinnedDialer{ctx: ctx, pin: pin, dial: dial}
	for _, t := range targets {
		secured := slices.ContainsFunc(targets, func(o target) bool { return o.via == overTLS && o.hostPort() == t.hostPort() })
		if t.via == overTCP && !secured {
			d.plain = append(d.plain, t.hostPort())
		}
	}
	return d
}

// Dial is called by pion once for tcp4 and once for tcp6.
func (d pinnedDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(d.ctx, network, address)
}

// DialContext connects and, over TLS, proves the relay's key within dialTimeout.
func (d pinnedDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelayUnavailable, err)
	}
	if slices.Contains(d.plain, address) {
		return raw, nil
	}
	conn := tls.Client(raw, wire.ClientTLS(d.pin, wire.ALPNTurn))
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, fmt.Errorf("%w: %w", ErrRelayUnavailable, err)
	}
	return conn, nil
}

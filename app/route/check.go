package route

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

// Times of a relay check.
const (
	checkTimeout = 4 * time.Second
	checkStagger = 300 * time.Millisecond // before the next URI is tried beside the first
)

// RelayProof says what a relay check found.
type RelayProof struct {
	Relayed netip.AddrPort // the address that the relay gave; it is free again
	SeenAs  netip.AddrPort // this phone as the relay saw it
	TLS     bool           // reached by TURN over TLS, else in clear
	Took    time.Duration
}

// CheckRelay makes one real allocation and gives it back, within four seconds.
// It is called before anything rings (P9). Every failure is ErrRelayUnavailable;
// a relay with the wrong key is wire.ErrWrongPin besides.
func CheckRelay(ctx context.Context, relays Relays, opts Options) (RelayProof, error) {
	opts = opts.withDefaults()
	targets, err := relays.targets()
	if err != nil {
		return RelayProof{}, err
	}
	if len(targets) == 0 {
		return RelayProof{}, fmt.Errorf("%w: the server offers none", ErrRelayUnavailable)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	begun := opts.Now()
	proof, err := firstOf(ctx, targets, func(ctx context.Context, t target) (RelayProof, error) {
		return probe(ctx, t, relays, opts)
	})
	if err != nil {
		if !errors.Is(err, ErrRelayUnavailable) {
			err = fmt.Errorf("%w: %w", ErrRelayUnavailable, err)
		}
		return RelayProof{}, err
	}
	proof.Took = opts.Now().Sub(begun)
	return proof, nil
}

type probed struct {
	proof RelayProof
	err   error
}

// firstOf tries targets in order, each a little after the one before, and
// returns the first success. It returns only when ctx is done or all failed,
// with the failures joined.
func firstOf(ctx context.Context, targets []target, try func(context.Context, target) (RelayProof, error)) (RelayProof, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan probed, len(targets))
	next, running := 0, 0
	start := func() {
		t := targets[next]
		next, running = next+1, running+1
		go func() {
			p, err := try(ctx, t)
			results <- probed{p, err}
		}()
	}
	start()
	var failures error
	for {
		stagger := time.NewTimer(checkStagger)
		select {
		case r := <-results:
			if r.err == nil {
				stagger.Stop()
				return r.proof, nil
			}
			running--
			failures = errors.Join(failures, r.err)
		case <-ctx.Done():
			stagger.Stop()
			return RelayProof{}, errors.Join(failures, ctx.Err())
		case <-stagger.C:
		}
		stagger.Stop()
		if next < len(targets) {
			start()
		} else if running == 0 {
			return RelayProof{}, failures
		}
	}
}

// probe allocates at one relay and gives the allocation back.
func probe(ctx context.Context, t target, relays Relays, opts Options) (RelayProof, error) {
	conn, config, err := dialRelay(ctx, t, relays, opts)
	if err != nil {
		return RelayProof{}, err
	}
	defer func() { _ = conn.Close() }()
	client, err := turn.NewClient(config)
	if err != nil {
		return RelayProof{}, err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, client.Close)() // ends requests that know no context
	if err := client.Listen(); err != nil {
		return RelayProof{}, err
	}
	allocation, err := client.AllocateWithContext(ctx)
	if err != nil {
		return RelayProof{}, fmt.Errorf("allocate: %w", err)
	}
	defer func() { _ = allocation.Close() }()
	seen, err := client.SendBindingRequest()
	if err != nil {
		return RelayProof{}, fmt.Errorf("binding: %w", err)
	}
	return RelayProof{Relayed: addrPort(allocation.LocalAddr()), SeenAs: addrPort(seen), TLS: t.via == overTLS}, nil
}

func dialRelay(ctx context.Context, t target, relays Relays, opts Options) (net.PacketConn, *turn.ClientConfig, error) {
	config := &turn.ClientConfig{
		Username: relays.Username, Password: relays.Password, Net: opts.Net,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled},
	}
	server := ""
	if t.via != overUDP {
		raw, err := newPinnedDialer(ctx, relays.Pin, []target{t}, opts.Dial).DialContext(ctx, "tcp", t.hostPort())
		if err != nil {
			return nil, nil, err
		}
		config.Conn, server = turn.NewSTUNConn(raw), raw.RemoteAddr().String()
	} else {
		conn, addr, err := listenUDP(ctx, t, opts)
		if err != nil {
			return nil, nil, err
		}
		config.Conn, server = conn, addr
	}
	config.TURNServerAddr, config.STUNServerAddr = server, server
	return config.Conn, config, nil
}

// listenUDP opens a socket towards a TURN/UDP server, in the server's family.
func listenUDP(ctx context.Context, t target, opts Options) (net.PacketConn, string, error) {
	server, err := lookup(ctx, t, opts)
	if err != nil {
		return nil, "", err
	}
	network, local := "udp4", "0.0.0.0:0"
	if server.Addr().Is6() {
		network, local = "udp6", "[::]:0"
	}
	if opts.Net != nil {
		conn, err := opts.Net.ListenPacket(network, local)
		return conn, server.String(), err
	}
	conn, err := (&net.ListenConfig{}).ListenPacket(ctx, network, local)
	return conn, server.String(), err
}

func lookup(ctx context.Context, t target, opts Options) (netip.AddrPort, error) {
	if opts.Net != nil {
		addr, err := opts.Net.ResolveUDPAddr("udp", t.hostPort())
		if err != nil {
			return netip.AddrPort{}, err
		}
		return addrPort(addr), nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(ips[0].Unmap(), uint16(t.port)), nil //nolint:gosec // a parsed URI's port
}

func addrPort(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := u.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

package wireguard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/pion/transport/v5"
	"golang.zx2c4.com/wireguard/device"

	"paravent/app/phone"
)

// Tunnel is one way out of this computer: through the provider.
type Tunnel struct {
	cfg    Config
	inside *inside
	stack  *stack
	outer  *outer
	device *device.Device

	lost     chan struct{}
	closing  chan struct{}
	once     sync.Once
	watching sync.WaitGroup
}

// Open sets the tunnel up and returns when the provider has completed a
// handshake, so that its key and ours are known to be right.
func Open(ctx context.Context, cfg Config, opts Options) (*Tunnel, error) {
	if cfg.keys == nil {
		return nil, fmt.Errorf("%w: empty", ErrBadConfig)
	}
	opts = opts.filled()
	limited, cancel := context.WithTimeout(ctx, opts.Timing.Handshake)
	defer cancel()
	t, err := meet(limited, cfg, opts)
	if err == nil {
		t.watching.Go(func() { t.watch(opts.Timing) })
		return t, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if _, typed := errors.AsType[*phone.Fault](err); typed {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// meet starts a tunnel and waits for the provider.
func meet(ctx context.Context, cfg Config, opts Options) (*Tunnel, error) {
	hosts, err := opts.provider(ctx, cfg)
	if err != nil {
		return nil, err
	}
	t, err := start(ctx, cfg, opts, hosts)
	if err != nil {
		return nil, err
	}
	if err := t.greet(ctx, hosts, opts.Timing.Retry); err != nil {
		_ = t.Close()
		return nil, err
	}
	return t, nil
}

func start(ctx context.Context, cfg Config, opts Options, hosts []netip.AddrPort) (*Tunnel, error) {
	stack, err := newStack(cfg.Addresses, cfg.MTU)
	if err != nil {
		return nil, err
	}
	outer := newOuter(hosts, func(network string) (net.PacketConn, error) {
		address := "0.0.0.0:0"
		if network == "udp6" {
			address = "[::]:0"
		}
		return opts.ListenPacket(ctx, network, address)
	})
	// WireGuard's own log names addresses and keys.
	quiet := &device.Logger{Verbosef: device.DiscardLogf, Errorf: device.DiscardLogf}
	t := &Tunnel{
		cfg: cfg, stack: stack, outer: outer, device: device.NewDevice(stack, outer, quiet),
		lost: make(chan struct{}), closing: make(chan struct{}),
	}
	t.inside = newInside(cfg, stack)
	err = t.device.IpcSet(cfg.device(hosts[0]))
	if err == nil {
		err = t.device.Up()
	}
	if err != nil {
		_ = t.Close()
		return nil, err
	}
	return t, nil
}

// device is the configuration as WireGuard's device reads it.
func (c Config) device(provider netip.AddrPort) string {
	var b strings.Builder
	fmt.Fprintf(&b, "private_key=%s\npublic_key=%s\npreshared_key=%s\nendpoint=%v\n",
		c.keys.private.hex(), c.keys.peer.hex(), c.keys.shared.hex(), provider)
	for _, p := range c.AllowedIPs {
		fmt.Fprintf(&b, "allowed_ip=%v\n", p)
	}
	if c.Keepalive > 0 {
		fmt.Fprintf(&b, "persistent_keepalive_interval=%d\n", c.Keepalive/time.Second)
	}
	return b.String()
}

// greet begins a handshake at each of the provider's addresses in turn, until
// one is completed. WireGuard itself would wait 5 s before the second attempt.
// The first is not forced: with a persistent keepalive it has begun already,
// and providers take a second within milliseconds for a replay.
func (t *Tunnel) greet(ctx context.Context, hosts []netip.AddrPort, retry time.Duration) error {
	peer := t.device.LookupPeer(device.NoisePublicKey(t.cfg.keys.peer))
	for i := 0; ; i++ {
		if i > 0 {
			text := fmt.Sprintf("public_key=%s\nupdate_only=true\nendpoint=%v\n", t.cfg.keys.peer.hex(), hosts[i%len(hosts)])
			if err := t.device.IpcSet(text); err != nil {
				return err
			}
			peer.ExpireCurrentKeypairs()
		}
		failed := peer.SendHandshakeInitiation(false)
		if failed != nil && i+1 < len(hosts) {
			continue // the next address need not wait
		}
		select {
		case <-t.outer.met:
			return nil
		case <-t.outer.broken:
			return errors.New("the socket to the provider failed")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), failed)
		case <-time.After(retry):
		}
	}
}

// watch looks whether the provider still answers.
func (t *Tunnel) watch(timing Timing) {
	ticker := time.NewTicker(timing.Check)
	defer ticker.Stop()
	heard := t.heard()
	for {
		select {
		case <-t.closing:
			return
		case <-t.outer.broken:
			close(t.lost)
			return
		case <-ticker.C:
		}
		if now := t.heard(); now != heard {
			heard = now
			t.stack.waiting.Store(0)
			continue
		}
		if since := t.stack.waiting.Load(); since != 0 && t.stack.now()-time.Duration(since) > timing.Silence {
			close(t.lost)
			return
		}
	}
}

// heard is how much the provider has sent; only what carries its signature
// counts. It is read from the device's text, whose keys are not looked at.
func (t *Tunnel) heard() string {
	var b bytes.Buffer
	if t.device.IpcGetOperation(&b) != nil {
		return ""
	}
	_, rest, _ := bytes.Cut(b.Bytes(), []byte("\nrx_bytes="))
	count, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(count)
}

// Net opens sockets inside the tunnel.
func (t *Tunnel) Net() transport.Net { return t.inside }

// DialContext connects through the tunnel; names are resolved there as well.
func (t *Tunnel) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return t.inside.dial(ctx, network, address)
}

// Locals are this phone's addresses inside the tunnel. Each stands alone: no
// other computer is on the same subnet.
func (t *Tunnel) Locals() []netip.Prefix {
	var out []netip.Prefix
	for _, a := range t.cfg.Addresses {
		out = append(out, netip.PrefixFrom(a, a.BitLen()))
	}
	return out
}

// Lost is closed when the provider no longer answers.
func (t *Tunnel) Lost() <-chan struct{} { return t.lost }

// Close ends the tunnel and everything opened through it.
func (t *Tunnel) Close() error {
	t.once.Do(func() {
		close(t.closing)
		t.device.Close()
		t.watching.Wait()
	})
	return nil
}

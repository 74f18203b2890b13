package wireguard

import (
	"context"
	"net"
	"net/netip"
	"slices"
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
	Handshake time.Duration // Open waits so long for the provider's answer: 5 s
	Retry     time.Duration // and asks again after so long, at its next address: 1 s
	Silence   time.Duration // packets sent and nothing heard for so long, then lost: 30 s
	Check     time.Duration // how often that is looked at: 1 s
}

// The defaults. WireGuard answers every packet within 10 s, with an empty one
// if need be; without it, it begins a handshake after 15 s and every 5 s from
// then on. Three of those go unanswered before a tunnel counts as lost.
var defaultTiming = Timing{Handshake: 5 * time.Second, Retry: time.Second, Silence: 30 * time.Second, Check: time.Second}

const maxHosts = 8 // addresses of a provider that are tried

func (o Options) filled() Options {
	if o.ListenPacket == nil {
		o.ListenPacket = (&net.ListenConfig{}).ListenPacket
	}
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	for _, t := range []struct{ value, usual *time.Duration }{
		{&o.Timing.Handshake, &defaultTiming.Handshake}, {&o.Timing.Retry, &defaultTiming.Retry},
		{&o.Timing.Silence, &defaultTiming.Silence}, {&o.Timing.Check, &defaultTiming.Check},
	} {
		if *t.value <= 0 {
			*t.value = *t.usual
		}
	}
	return o
}

// provider finds the addresses of the configuration's provider, the families
// by turns, so that one without a way out costs one attempt and no more.
func (o Options) provider(ctx context.Context, cfg Config) ([]netip.AddrPort, error) {
	found := []netip.Addr{}
	if a, err := netip.ParseAddr(cfg.Host); err == nil {
		found = append(found, a)
	} else if found, err = o.Resolve(ctx, cfg.Host); err != nil {
		return nil, err
	}
	var families [2][]netip.AddrPort
	for _, a := range found {
		if a = a.Unmap(); isHost(a) {
			f := a.BitLen() / 128
			families[f] = append(families[f], netip.AddrPortFrom(a, cfg.Port))
		}
	}
	var hosts []netip.AddrPort
	for i := range max(len(families[0]), len(families[1])) {
		for _, f := range families {
			if i < len(f) && len(hosts) < maxHosts && !slices.Contains(hosts, f[i]) {
				hosts = append(hosts, f[i])
			}
		}
	}
	if len(hosts) == 0 {
		return nil, &net.DNSError{Err: "no address", Name: cfg.Host, IsNotFound: true}
	}
	return hosts, nil
}

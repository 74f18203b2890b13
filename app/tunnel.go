package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"paravent/app/egress"
	"paravent/app/egress/wireguard"
	"paravent/app/phone"
)

// ErrTunnelInUse says that a tunnel that calls shall go through cannot be removed, since
// that would leave them without a way out, or with a wider one.
var ErrTunnelInUse = phone.NewFault("wireguard-in-use")

// Where the tunnel lies among the blobs, all of which are encrypted with a key
// that follows from the identity.
const (
	tunnelBlobs = "wireguard"
	tunnelKey   = "tunnel"
)

// kept is an imported configuration as it is stored.
type kept struct {
	Name     string    `json:"name"`
	Imported time.Time `json:"imported"`
	Config   []byte    `json:"config"` // with its keys
}

// ImportTunnel keeps a WireGuard configuration in place of the one before.
// name is the file's that it came from, for people to know it by. Of one that
// cannot be used nothing is kept, and the old one stays.
func (a *App) ImportTunnel(name string, config []byte) (phone.Tunnel, error) {
	cfg, err := wireguard.Parse(config)
	if err != nil {
		return phone.Tunnel{}, err
	}
	k := kept{Name: tunnelName(name), Imported: time.Now().UTC(), Config: cfg.Marshal()}
	text, err := json.Marshal(k)
	if err != nil {
		return phone.Tunnel{}, err
	}
	if err := a.people.Blobs(tunnelBlobs).Put(tunnelKey, text); err != nil {
		return phone.Tunnel{}, err
	}
	a.imports.Add(1)
	a.reconsider()
	a.emit(phone.SettingsChanged{})
	return describeTunnel(k, cfg), nil
}

// maxTunnelName is what fits on a line of the window.
const maxTunnelName = 60

// tunnelName is the last part of a path, fit to be shown.
func tunnelName(path string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, filepath.Base(path))
	return string([]rune(name)[:min(maxTunnelName, len([]rune(name)))])
}

func describeTunnel(k kept, cfg wireguard.Config) phone.Tunnel {
	t := phone.Tunnel{Name: k.Name, Endpoint: cfg.Endpoint(), Addresses: []string{}, DNS: []string{}, Imported: k.Imported}
	for _, addr := range cfg.Addresses {
		t.Addresses = append(t.Addresses, addr.String())
	}
	for _, addr := range cfg.DNS {
		t.DNS = append(t.DNS, addr.String())
	}
	return t
}

// tunnel loads what was imported; ErrNoTunnel says that nothing was.
func (a *App) tunnel() (kept, wireguard.Config, error) {
	text, err := a.people.Blobs(tunnelBlobs).Get(tunnelKey)
	if err != nil {
		return kept{}, wireguard.Config{}, err
	}
	if text == nil {
		return kept{}, wireguard.Config{}, ErrNoTunnel
	}
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return kept{}, wireguard.Config{}, fmt.Errorf("%w: %w", wireguard.ErrBadConfig, err)
	}
	cfg, err := wireguard.Parse(k.Config)
	return k, cfg, err
}

// Tunnel is the imported configuration, without its keys, if there is one.
func (a *App) Tunnel() (phone.Tunnel, bool) {
	k, cfg, err := a.tunnel()
	if err != nil {
		return phone.Tunnel{}, false
	}
	return describeTunnel(k, cfg), true
}

// RemoveTunnel forgets the imported configuration with its keys. While calls
// shall go through it, it stays.
func (a *App) RemoveTunnel() error {
	if a.choices().Privacy.Tunnel {
		return ErrTunnelInUse
	}
	if err := a.people.Blobs(tunnelBlobs).Delete(tunnelKey); err != nil {
		return err
	}
	a.emit(phone.SettingsChanged{})
	return nil
}

// through puts the tunnel between the phone and w, by which the tunnel's own
// packets leave from then on. Where it cannot be opened, w is closed.
func (a *App) through(ctx context.Context, w *way) (*way, error) {
	_, cfg, err := a.tunnel()
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	outer := w.Network
	t, err := wireguard.Open(ctx, cfg, wireguard.Options{
		ListenPacket: func(_ context.Context, network, address string) (net.PacketConn, error) {
			return outer.Net().ListenPacket(network, address)
		},
		Resolve: egress.Resolver(outer),
	})
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.Network, w.outer, w.gone = t, outer, wireguard.ErrUnreachable
	return w, nil
}

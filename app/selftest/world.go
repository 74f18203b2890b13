package selftest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"paravent/app/egress"
	"paravent/app/hostile"
	"paravent/app/phone"
	"paravent/server"
	"paravent/settings"
)

// Relay ports of the check's own server: below the ephemeral ports of the
// usual systems, so that a port tells the relay's addresses from the phone's.
const (
	relaySpan  = 400
	relayFirst = 12000
	relayRange = 7000
)

// world is everything that the check opens.
type world struct {
	cfg    Config
	server *server.Server
	low    uint16 // the first port that the relay gives; it is asked at the one below
	phone  Phone
	self   phone.Self
	watch  *watch
	events *events
	folder string
	peers  []*hostile.Peer
	stop   func()
}

// open opens a server on loopback and the phone under test at it.
func open(ctx context.Context, cfg Config) (*world, error) {
	w := &world{cfg: cfg, events: newEvents(), watch: newWatch(), low: uint16(relayFirst + rand.IntN(relayRange)), stop: func() {}} //nolint:gosec // a port
	if err := w.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrCannotRun, err), w.close())
	}
	return w, nil
}

func (w *world) open(ctx context.Context) (err error) {
	w.server, err = w.openServer(ctx)
	if err != nil {
		return err
	}
	if w.folder, err = os.MkdirTemp("", "paravent-check-"); err != nil {
		return err
	}
	chosen := w.cfg.Settings
	chosen.Server = settings.Server{}
	// Neither a device nor a tunnel leads to loopback; see the judge of P8.
	chosen.Privacy.VPNDevice, chosen.Privacy.Tunnel = "", false
	w.phone, err = w.cfg.Open(Setup{Profile: filepath.Join(w.folder, "phone"), Server: w.server.Addr().String(),
		Settings: chosen, Network: func(n egress.Network) egress.Network { return w.watch.over(n) }})
	if err != nil {
		return err
	}
	w.stop = w.phone.Subscribe(w.events.add)
	if err := w.phone.Start(); err != nil {
		return err
	}
	_, err = await(ctx, w.events, func(e phone.ServerChanged) bool { return e.Online })
	w.self = w.phone.Self()
	return err
}

// openServer has no limits that would spare the phone part of a flood.
func (w *world) openServer(ctx context.Context) (*server.Server, error) {
	return server.Open(ctx, server.Config{TURNPort: int(w.low) - 1, RelayMinPort: w.low, RelayMaxPort: w.low + relaySpan - 1,
		Limits: server.Limits{ConnRate: 1000, Conns: 1000, ConnsPerIP: 1000, Sends: 5000, Requests: 1000, AllocsPerPhone: 64, ConnBytes: 16 << 20}})
}

// isRelay tells whether an address is one that the check's relay gave.
func (w *world) isRelay(a netip.AddrPort) bool {
	return a.Addr().IsLoopback() && a.Port() >= w.low && a.Port() < w.low+relaySpan
}

// atServer tells whether an address is the relay's own, at which it is asked.
func (w *world) atServer(a netip.AddrPort) bool {
	server, err := netip.ParseAddrPort(w.server.Addr().HostPort)
	return err == nil && a.Addr() == server.Addr() && (a.Port() == server.Port() || a.Port() == w.low-1)
}

// peer opens a hostile peer and makes it what it is to the phone.
func (w *world) peer(ctx context.Context, name string, r relation, script hostile.Script) (*hostile.Peer, error) {
	p, err := hostile.Open(ctx, hostile.Config{Server: w.server.Addr(), Name: name, Script: script})
	if err != nil {
		return nil, err
	}
	w.peers = append(w.peers, p)
	if !r.contact {
		return p, nil
	}
	c, err := w.phone.AddContact(name, p.Address())
	if err != nil {
		return nil, err
	}
	c.Favourite, c.Blocked = r.favour, r.blocked
	if r.trust != "" {
		c.Trust = r.trust
	}
	if r.choice != "" {
		c.Route = r.choice
	}
	return p, w.phone.PutContact(c)
}

// settleTime is how long the check listens for what must not come.
const settleTime = 400 * time.Millisecond

// settle waits while what must not happen could happen.
func settle(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// dismiss closes the peers of a trial: their sockets must not meet the next one.
func (w *world) dismiss() (err error) {
	for _, p := range w.peers {
		err = errors.Join(err, p.Close())
	}
	w.peers = nil
	return err
}

func (w *world) close() error {
	var err error
	err = errors.Join(err, w.dismiss())
	if w.phone != nil {
		err = errors.Join(err, w.phone.Close())
	}
	w.stop()
	if w.server != nil {
		err = errors.Join(err, w.server.Close())
	}
	if w.folder != "" {
		err = errors.Join(err, os.RemoveAll(w.folder))
	}
	return err
}

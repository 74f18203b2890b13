package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"paravent/app/egress"
	"paravent/app/egress/wireguard"
	"paravent/app/phone"
	"paravent/app/route"
)

// Faults of the way out.
var (
	// ErrNetworkChanged ends a call when another way out was chosen: a call
	// keeps the one it began with, or ends.
	ErrNetworkChanged = phone.NewFault("network-changed")
	// ErrNoTunnel: calls shall go through the tunnel, and none was imported.
	ErrNoTunnel = phone.NewFault("wireguard-no-tunnel")
)

// choice is what decides on the way out.
type choice struct {
	device  string // privacy.vpn_device
	tunnel  bool   // privacy.tunnel
	imports int64  // counts imported tunnels: another one is another way; 0 without a tunnel
}

func (a *App) choice() choice {
	p := a.choices().Privacy
	c := choice{device: p.VPNDevice, tunnel: p.Tunnel}
	if c.tunnel {
		c.imports = a.imports.Load()
	}
	return c
}

// bound tells whether packets may leave by the chosen way only.
func (c choice) bound() bool { return c.device != "" || c.tunnel }

// way is how packets leave this computer, from when it was chosen until
// another is, or it is lost. Everything that this phone sends takes it: the
// connection to the server, the relay check, media, and what an embedded
// server forwards. There is no second one beside it (P8).
type way struct {
	egress.Network
	// set at construction
	chosen choice
	outer  egress.Network // of a tunnel: what its own packets leave by; nil for others
	gone   error          // what to tell of the loss of Network
	done   chan struct{}  // closed by Close

	closing sync.Once
}

// openWay opens the way out that c asks for, or says why there is none.
func (a *App) openWay(ctx context.Context, c choice) (*way, error) {
	w := &way{Network: a.opts.watched(egress.System()), chosen: c, done: make(chan struct{})}
	if c.device != "" {
		d, err := egress.Device(ctx, c.device)
		if err != nil {
			return nil, err
		}
		w.Network, w.gone = d, egress.ErrDeviceGone
	}
	if !c.tunnel {
		return w, nil
	}
	return a.through(ctx, w)
}

// Close ends the way; the calls on it were ended before.
func (w *way) Close() (err error) {
	w.closing.Do(func() {
		close(w.done)
		err = w.Network.Close()
		if w.outer != nil {
			err = errors.Join(err, w.outer.Close())
		}
	})
	return err
}

// loss waits until the way is lost and says why; nil is a way that was closed.
func (w *way) loss() error {
	var outer <-chan struct{}
	if w.outer != nil {
		outer = w.outer.Lost()
	}
	select {
	case <-w.Lost():
		return w.gone
	case <-outer:
		return egress.ErrDeviceGone
	case <-w.done:
		return nil
	}
}

// takeWay returns the way in use where it is the chosen one still, else opens
// that. It is called with starting held.
func (a *App) takeWay(c choice) (*way, error) {
	a.mu.Lock()
	w := a.way
	ctx, cancel := context.WithCancel(context.Background())
	a.opening = cancel
	a.mu.Unlock()
	defer cancel()
	if w != nil && w.chosen == c {
		return w, nil
	}
	a.dropWay()
	w, err := a.openWay(ctx, c)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNetworkChanged, err)
	case err != nil:
		return nil, err
	}
	a.mu.Lock()
	closed := a.closed
	if !closed {
		a.way = w
	}
	a.mu.Unlock()
	if closed {
		return nil, errors.Join(phone.ErrClosed, w.Close())
	}
	go a.followWay(w)
	return w, nil
}

// followWay ends the link and the call of a way that is lost, and looks for
// changes of its addresses until then.
func (a *App) followWay(w *way) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go route.Watch(ctx, networkPoll, w.Locals, a.networkChanged)
	if err := w.loss(); err != nil {
		a.wayLost(w, err)
	}
}

// wayLost ends what went that way, and waits for it to come back: there is no
// other.
func (a *App) wayLost(w *way, err error) {
	a.mu.Lock()
	current := a.way == w
	a.mu.Unlock()
	if !current {
		return
	}
	a.calls.NetworkLost(err)
	a.starting.Lock()
	defer a.starting.Unlock()
	a.mu.Lock()
	current = a.way == w
	a.mu.Unlock()
	if !current {
		return
	}
	a.disconnect()
	a.dropWay()
	a.wait(err)
}

// wait tells why there is no way out, and tries again until there is one or
// something else was asked for. It is called with starting held.
func (a *App) wait(err error) {
	a.attempt++
	a.offline(err)
	go a.awaitWay(a.attempt, phone.CodeOf(err))
}

// wayRetry is how soon a way out that is back is taken.
const wayRetry = time.Second

func (a *App) awaitWay(attempt int, told string) {
	for {
		select {
		case <-a.stop:
			return
		case <-time.After(wayRetry):
		}
		over, err := a.tryWay(attempt)
		if over {
			return
		}
		if code := phone.CodeOf(err); code != told {
			told = code
			a.offline(err)
		}
	}
}

// tryWay connects if there is a way out now.
func (a *App) tryWay(attempt int) (over bool, err error) {
	a.starting.Lock()
	defer a.starting.Unlock()
	if a.attempt != attempt {
		return true, nil
	}
	w, err := a.takeWay(a.choice())
	if err != nil {
		return givenUp(err), err
	}
	if err := a.connect(w); err != nil {
		a.offline(err)
	}
	return true, nil
}

// givenUp tells that a way out was closed, or another one chosen, while it
// opened: somebody else goes on.
func givenUp(err error) bool { return isAny(err, phone.ErrClosed, ErrNetworkChanged) }

// offline tells that there is no connection to a server, and why.
func (a *App) offline(err error) {
	a.mu.Lock()
	a.why = err
	a.mu.Unlock()
	a.emit(phone.ServerChanged{Err: err})
}

// reconsider takes another way out where another was chosen. The call that is
// on ends, since it began with the old one; when reconsider returns, nothing
// leaves by that any more, whatever becomes of the new one.
func (a *App) reconsider() {
	a.mu.Lock()
	begun, changed, cancel := a.begun, a.chosen != a.choice(), a.opening
	a.mu.Unlock()
	if !begun || !changed {
		return
	}
	if cancel != nil {
		cancel()
	}
	a.calls.NetworkLost(ErrNetworkChanged)
	a.mu.Lock()
	a.why = ErrNetworkChanged
	a.mu.Unlock()
	a.disconnect()
	a.dropWay()
	go func() { _ = a.Start() }() // which tells of its errors itself
}

func (a *App) dropWay() {
	a.mu.Lock()
	w := a.way
	a.way = nil
	a.mu.Unlock()
	if w != nil {
		_ = w.Close()
	}
}

// unreachable says why no call can leave now; nil when one can.
func (a *App) unreachable() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.link.client != nil:
		return nil
	case a.why != nil:
		return a.why
	}
	return ErrNoServer
}

// network is the way out for a call.
func (a *App) network() (egress.Network, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.way != nil && a.way.chosen == a.choice():
		return a.way, nil
	case a.why != nil:
		return nil, a.why
	}
	return nil, ErrNoServer
}

// locals are the addresses of this computer, and of this phone on its way out.
func (a *App) locals() []netip.Prefix {
	list := route.Locals()
	a.mu.Lock()
	w := a.way
	a.mu.Unlock()
	if w == nil {
		return list
	}
	for _, p := range w.Locals() {
		if !route.IsLocal(p.Addr(), list) {
			list = append(list, p)
		}
	}
	return list
}

// NetworkDevices lists the devices that calls may be bound to, VPNs first.
func (a *App) NetworkDevices() []phone.NetworkDevice { return egress.Devices() }

// promote puts a fault of the way out before the more general one that wraps
// it, so that people are told what is the matter.
func promote(err error) error {
	for _, f := range []*phone.Fault{
		egress.ErrDeviceGone, egress.ErrDeviceBind, egress.ErrNames, egress.ErrNotThisWay,
		wireguard.ErrUnreachable, wireguard.ErrNoDNS, wireguard.ErrNotCovered,
	} {
		if errors.Is(err, f) {
			return fmt.Errorf("%w: %w", f, err)
		}
	}
	return err
}

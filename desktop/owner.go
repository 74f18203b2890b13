package desktop

import (
	"context"
	"fmt"
	"sync"

	"paravent/app"
	"paravent/app/instance"
	"paravent/app/phone"
	"paravent/ui"
)

// errHanded says that another window has the profile, and came forward.
var errHanded = fmt.Errorf("%w: its window came forward", instance.ErrRunning)

// owner has the profile and the phone that is open now: none while the profile
// is locked, and restoring a backup at the first start puts another one in its
// place. Any goroutine may use it.
type owner struct {
	ctx    context.Context // ended by close; stops claiming
	cancel context.CancelFunc

	mu      sync.Mutex
	start   Start                         // guarded by mu
	first   *instance.Instance            // guarded by mu; nil until the profile is claimed
	claimed func(<-chan instance.Request) // guarded by mu; nil until somebody attends
	phone   *app.App                      // guarded by mu; nil until it was opened
	closed  bool                          // guarded by mu
}

func newOwner(s Start) *owner {
	o := &owner{start: s}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	return o
}

// open claims the profile, unless that was done before, and opens the phone. A
// passphrase is remembered for the next try; "" is the one from before.
func (o *owner) open(passphrase string) (*app.App, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, phone.ErrClosed
	}
	if err := o.claimLocked(); err != nil {
		return nil, err
	}
	if passphrase != "" {
		o.start.options.Passphrase = passphrase
	}
	opened, err := app.Open(o.start.options)
	if err != nil {
		return nil, err
	}
	o.phone = opened
	return opened, nil
}

func (o *owner) claimLocked() error {
	if o.first != nil {
		return nil
	}
	first, handed, err := o.start.claim(o.ctx)
	switch {
	case err != nil:
		return err
	case handed:
		return errHanded
	}
	o.first = first
	o.attendLocked()
	return nil
}

// attended has attend called with what later starts ask for, once the profile
// is claimed. attend must not wait.
func (o *owner) attended(attend func(<-chan instance.Request)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claimed = attend
	o.attendLocked()
}

func (o *owner) attendLocked() {
	if o.first != nil && o.claimed != nil {
		o.claimed(o.first.Requests())
	}
}

// restoreHere is a ui.RestoreHere.
func (o *owner) restoreHere(path, passphrase string) (ui.Phone, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed { // the window went
		return o.phone, phone.ErrClosed
	}
	next, err := o.phone.RestoreHere(path, passphrase)
	o.phone = next
	return next, err
}

// close waits until nothing is being opened or restored, closes what is open
// then, and gives the profile up.
func (o *owner) close() {
	o.cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.phone != nil {
		_ = o.phone.Close()
	}
	if o.first != nil {
		_ = o.first.Close()
	}
}

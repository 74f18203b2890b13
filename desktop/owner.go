package desktop

import (
	"sync"

	"paravent/app"
	"paravent/app/phone"
	"paravent/ui"
)

// owner has the phone that is open now: restoring a backup at the first start
// puts another one in its place. Any goroutine may use it.
type owner struct {
	mu     sync.Mutex
	phone  *app.App // guarded by mu
	closed bool     // guarded by mu
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

// close waits until nothing is being restored, and closes what is open then.
func (o *owner) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	_ = o.phone.Close()
}

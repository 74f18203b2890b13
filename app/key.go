package app

import (
	"bytes"
	"errors"
	"path/filepath"
	"sync"
	"unicode/utf8"

	"paravent/app/backup"
	"paravent/app/identity"
	"paravent/app/phone"
)

// ErrKeyInKeyring says that the key lies in no file that could have a passphrase.
var ErrKeyInKeyring = phone.NewFault("key-in-keyring")

// keyPlace is where the key lies now.
type keyPlace struct {
	changing sync.Mutex // held while the file is written anew

	mu         sync.Mutex
	place      phone.KeyPlace // guarded by mu
	passphrase string         // guarded by mu; opens the file when the profile is opened again
}

func (k *keyPlace) set(place phone.KeyPlace, passphrase string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.place, k.passphrase = place, passphrase
}

// opensWith waits until the file is not being written.
func (k *keyPlace) opensWith() string {
	k.changing.Lock()
	defer k.changing.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.passphrase
}

// KeyPlace tells where the key of this profile lies.
func (a *App) KeyPlace() phone.KeyPlace {
	a.key.mu.Lock()
	defer a.key.mu.Unlock()
	return a.key.place
}

// ProtectKey gives the key file the passphrase next in place of current; ""
// keeps the key in clear. It reckons for seconds. Until it returns nil the old
// passphrase opens the file, also after a kill; from then on only the new one.
// Faults: ErrKeyInKeyring, identity.ErrWrongPassphrase, backup.ErrPassphrase
// where next is too short, phone.ErrDiskFull.
func (a *App) ProtectKey(current, next string) error {
	a.key.changing.Lock()
	defer a.key.changing.Unlock()
	switch {
	case a.isClosed(): // another phone may have the profile by now
		return phone.ErrClosed
	case a.KeyPlace() == phone.KeyInKeyring:
		return ErrKeyInKeyring
	case next != "" && utf8.RuneCountInString(next) < phone.MinPassphrase:
		return backup.ErrPassphrase
	}
	if err := a.keyOpens(current); err != nil {
		return err
	}
	if err := identity.OpenFile(a.keyFile(), next).Save(a.me.Seed()); err != nil {
		return profileFault(err)
	}
	a.key.set(placeOf(next), next)
	return nil
}

// keyOpens tells that passphrase opens the key file, and that it holds the key
// of this phone: nothing else is overwritten.
func (a *App) keyOpens(passphrase string) error {
	seed, err := identity.OpenFile(a.keyFile(), passphrase).Load()
	switch {
	case errors.Is(err, identity.ErrLocked):
		return identity.ErrWrongPassphrase
	case err != nil:
		return profileFault(err)
	case !bytes.Equal(seed, a.me.Seed()):
		return identity.ErrBadIdentity
	}
	return nil
}

// placeOf is where a key lies in a file with that passphrase.
func placeOf(passphrase string) phone.KeyPlace {
	if passphrase == "" {
		return phone.KeyInClear
	}
	return phone.KeyWithSecret
}

func (a *App) keyFile() string { return filepath.Join(a.opts.Profile, keyFile) }

func (a *App) isClosed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.closed
}

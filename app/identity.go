package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"paravent/app/identity"
	"paravent/app/phone"
)

// PassphraseVariable names the environment variable with the passphrase of a
// key file, where there is no keyring.
const PassphraseVariable = "PARAVENT_PASSPHRASE" //nolint:gosec // the name, not the value

// ErrKeyInClear is a notice: the key lies in a file that is protected only by
// the permissions of the file system.
var ErrKeyInClear = phone.NewFault("key-file-not-encrypted")

// The names of what a profile keeps.
const (
	keyFile    = "identity.key"
	peopleFile = "people.db"
)

// openIdentity loads the key from the desktop's keyring or, where there is
// none or nobody to unlock it, from a file in the profile. A key file that is
// there already wins: it is this profile's identity.
func (a *App) openIdentity() (*identity.Identity, error) {
	hasFile, err := exists(a.keyFile())
	if err != nil {
		return nil, err
	}
	if !hasFile && !a.opts.Unattended {
		me, err := a.loadOrCreate(a.opts.keyring(""))
		if !errors.Is(err, identity.ErrNoKeyring) {
			a.key.set(phone.KeyInKeyring, "")
			return me, err
		}
	}
	return a.openKeyFile()
}

// openKeyFile loads the key from its file. One that was written in clear is so
// also where there is a passphrase now.
func (a *App) openKeyFile() (*identity.Identity, error) {
	passphrase := a.opts.passphrase()
	me, err := a.loadOrCreate(identity.OpenFile(a.keyFile(), passphrase))
	if err != nil {
		return nil, err
	}
	if _, err := identity.Load(identity.OpenFile(a.keyFile(), "")); err == nil {
		passphrase = ""
	}
	a.key.set(placeOf(passphrase), passphrase)
	if passphrase == "" && !a.opts.Unattended {
		a.note(ErrKeyInClear)
	}
	return me, nil
}

// passphrase opens the key file, or is given to a new one; "" is none.
func (o *Options) passphrase() string {
	if o.Passphrase != "" {
		return o.Passphrase
	}
	return os.Getenv(PassphraseVariable)
}

// loadOrCreate makes a new identity only in a profile that never had one: the
// people in it are sealed with the first, which lies elsewhere, perhaps in a
// keyring that this session does not have. A second one would lock them away.
func (a *App) loadOrCreate(k identity.Keeper) (*identity.Identity, error) {
	used, err := exists(a.peopleFile())
	if err != nil {
		return nil, err
	}
	if used {
		return identity.Load(k)
	}
	me, _, err := identity.LoadOrCreate(k)
	return me, err
}

// keyring is where the key of this profile lies in the desktop's keyring; a
// suffix names another place there.
func (o *Options) keyring(suffix string) identity.Keeper {
	profile, err := filepath.Abs(o.Profile)
	if err != nil {
		profile = o.Profile
	}
	return identity.OpenKeyring("paravent", profile+suffix)
}

func (a *App) peopleFile() string { return filepath.Join(a.opts.Profile, peopleFile) }

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	}
	return false, fmt.Errorf("%w: %w", ErrProfile, err)
}

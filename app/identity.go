package app

import (
	"errors"
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

// openIdentity loads the key from the desktop's keyring or, where there is
// none or nobody to unlock it, from a file in the profile. A key file that is
// there already wins: it is this profile's identity.
func (a *App) openIdentity() (*identity.Identity, error) {
	path := filepath.Join(a.opts.Profile, "identity.key")
	_, err := os.Stat(path)
	if hasFile := err == nil; !hasFile && !a.opts.Unattended {
		profile, err := filepath.Abs(a.opts.Profile)
		if err != nil {
			profile = a.opts.Profile
		}
		me, _, err := identity.LoadOrCreate(identity.OpenKeyring("paravent", profile))
		if !errors.Is(err, identity.ErrNoKeyring) {
			return me, err
		}
	}
	passphrase := os.Getenv(PassphraseVariable)
	if passphrase == "" && !a.opts.Unattended {
		a.note(ErrKeyInClear)
	}
	me, _, err := identity.LoadOrCreate(identity.OpenFile(path, passphrase))
	return me, err
}

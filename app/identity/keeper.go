package identity

import (
	"errors"

	"paravent/app/phone"
)

// Faults of keepers.
var (
	ErrNoIdentity      = phone.NewFault("identity-not-found")
	ErrNoKeyring       = phone.NewFault("no-keyring")
	ErrLocked          = phone.NewFault("identity-locked") // encrypted, and no passphrase was given
	ErrWrongPassphrase = phone.NewFault("wrong-passphrase")
)

// Keeper is where the seed lives. Load returns ErrNoIdentity where nothing was
// saved yet, and only then. Both may block on a disk, a keyring or its prompt.
type Keeper interface {
	Load() ([]byte, error)
	Save(seed []byte) error
}

// LoadOrCreate loads the identity, or makes and saves one where none exists.
// It never replaces an identity that exists but cannot be read: losing it
// would lose every contact.
func LoadOrCreate(k Keeper) (me *Identity, created bool, err error) {
	seed, err := k.Load()
	switch {
	case errors.Is(err, ErrNoIdentity):
		me = New()
		return me, true, k.Save(me.Seed())
	case err != nil:
		return nil, false, err
	}
	me, err = FromSeed(seed)
	return me, false, err
}

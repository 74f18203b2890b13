package identity

import (
	"errors"

	"paravent/app/phone"
)

// Faults of keepers.
var (
	ErrNoIdentity      = phone.NewFault("identity-not-found")
	ErrNoKeyring       = phone.NewFault("no-keyring")       // this session has none at all
	ErrKeyring         = phone.NewFault("keyring-unusable") // there is one, and it does not give what it holds
	ErrLocked          = phone.NewFault("identity-locked")  // encrypted, and no passphrase was given
	ErrWrongPassphrase = phone.NewFault("wrong-passphrase")
)

// Keeper is where the seed lives. Load returns ErrNoIdentity where nothing was
// saved yet, and only then. Both may block on a disk, a keyring or its prompt.
type Keeper interface {
	Load() ([]byte, error)
	Save(seed []byte) error
	Remove() error // succeeds where there is none
}

// Load loads the identity that k keeps.
func Load(k Keeper) (*Identity, error) {
	seed, err := k.Load()
	if err != nil {
		return nil, err
	}
	return FromSeed(seed)
}

// LoadOrCreate loads the identity, or makes and saves one where none exists.
// It never replaces an identity that exists but cannot be read: losing it
// would lose every contact.
func LoadOrCreate(k Keeper) (me *Identity, created bool, err error) {
	me, err = Load(k)
	if !errors.Is(err, ErrNoIdentity) {
		return me, false, err
	}
	me = New()
	if err := k.Save(me.Seed()); err != nil {
		return nil, false, err
	}
	return me, true, nil
}

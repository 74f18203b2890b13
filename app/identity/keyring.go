package identity

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
)

type osKeyring struct{ service, user string }

// OpenKeyring keeps the seed in the desktop's keyring. Load and Save return
// ErrNoKeyring where there is none: keep it in a file then. ErrKeyring says
// that there is one, perhaps with the seed in it: do not make another seed.
func OpenKeyring(service, user string) Keeper { return &osKeyring{service, user} }

func (k *osKeyring) Load() ([]byte, error) {
	if !HasSessionBus() {
		return nil, ErrNoKeyring
	}
	text, err := keyring.Get(k.service, k.user)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil, ErrNoIdentity
	}
	if err != nil {
		return nil, keyringFault(err)
	}
	seed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(seed) != SeedSize {
		return nil, fmt.Errorf("%w: keyring entry", ErrBadIdentity)
	}
	return seed, nil
}

func (k *osKeyring) Save(seed []byte) error {
	if !HasSessionBus() {
		return ErrNoKeyring
	}
	if err := keyring.Set(k.service, k.user, base64.RawURLEncoding.EncodeToString(seed)); err != nil {
		return keyringFault(err)
	}
	return nil
}

func (k *osKeyring) Remove() error {
	if !HasSessionBus() {
		return ErrNoKeyring
	}
	if err := keyring.Delete(k.service, k.user); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return keyringFault(err)
	}
	return nil
}

func keyringFault(err error) error {
	if noKeyringService(err) {
		return fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	return fmt.Errorf("%w: %w", ErrKeyring, err)
}

// Package identity holds who this phone is: the Ed25519 identity key, the
// unlinkable mailbox key per server that is derived from it, call addresses,
// and where the seed is kept. Values are immutable; any goroutine may use
// them. Keepers touch a disk or the desktop's keyring: call them from one
// goroutine that may block.
package identity

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/nats-io/nkeys"

	"paravent/app/phone"
	"paravent/server/wire"
)

// ErrBadIdentity means that a stored or given identity cannot be read.
var ErrBadIdentity = phone.NewFault("identity-unreadable")

// Domain separation of everything that is derived from the seed.
const (
	mailboxLabel = "paravent-mailbox-v1\x00"
	deriveLabel  = "paravent-derive-v1\x00"
)

// SeedSize is the length of an identity seed in bytes.
const SeedSize = ed25519.SeedSize

// ID is an Ed25519 public key: who somebody is, on every server.
type ID [ed25519.PublicKeySize]byte

// ParseID reads the 64 hexadecimal digits that String writes.
func ParseID(s string) (ID, error) {
	var id ID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return ID{}, fmt.Errorf("%w: identity key", ErrBadAddress)
	}
	return ID(b), nil
}

// String is 64 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Verify tells whether sig is this identity's signature of msg.
func (id ID) Verify(msg, sig []byte) bool { return ed25519.Verify(id[:], msg, sig) }

// Identity is the private half of an ID.
type Identity struct {
	key ed25519.PrivateKey
	id  ID
}

// New draws a fresh identity from the system's random source.
func New() *Identity {
	seed := make([]byte, SeedSize)
	_, _ = rand.Read(seed) // never fails since Go 1.24: it aborts the program instead
	return fromSeed(seed)
}

// FromSeed restores an identity from the SeedSize bytes that Seed returned.
func FromSeed(seed []byte) (*Identity, error) {
	if len(seed) != SeedSize {
		return nil, fmt.Errorf("%w: %d bytes of seed", ErrBadIdentity, len(seed))
	}
	return fromSeed(seed), nil
}

func fromSeed(seed []byte) *Identity {
	key := ed25519.NewKeyFromSeed(seed)
	return &Identity{key: key, id: ID(key.Public().(ed25519.PublicKey))}
}

// ID is the public identity.
func (i *Identity) ID() ID { return i.id }

// Sign signs msg, which must begin with a domain of its own.
func (i *Identity) Sign(msg []byte) []byte { return ed25519.Sign(i.key, msg) }

// Seed is the secret from which everything is derived: what a backup holds.
func (i *Identity) Seed() []byte { return append([]byte(nil), i.key.Seed()...) }

// Derive makes a 32-byte key for one purpose of this phone, named by label.
func (i *Identity) Derive(label string) [32]byte {
	return [32]byte(i.derive(nil, deriveLabel+label))
}

// MailboxKey is the key by which one server knows this phone. Keys of two
// servers cannot be linked to each other nor to the identity.
func (i *Identity) MailboxKey(pin wire.Pin) (nkeys.KeyPair, error) {
	return nkeys.FromRawSeed(nkeys.PrefixByteUser, i.derive(pin[:], mailboxLabel))
}

func (i *Identity) derive(salt []byte, info string) []byte {
	k, err := hkdf.Key(sha256.New, i.key.Seed(), salt, info, 32)
	if err != nil {
		panic("identity: 32 bytes of HKDF-SHA256 refused: " + err.Error()) // RFC 5869: only over 8160 bytes
	}
	return k
}

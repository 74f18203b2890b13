package seal

import (
	"crypto/hpke"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"paravent/app/identity"
)

// BundleLife is how long a published bundle may be used. It is longer than
// RotateAfter, so that somebody who is away for weeks can still be left a
// missed call; such a knock reveals only that somebody called.
const BundleLife = 30 * 24 * time.Hour

const (
	bundleVersion = 1
	bundleDomain  = "paravent-prekey-v1\x00"
	bundleBody    = 1 + 4 + 8 + 8 + pubSize
	bundleSize    = bundleBody + sigSize
	clockSkew     = 24 * time.Hour // how far ahead the clock of a bundle's owner may be
)

// Prekey is the private half of a bundle.
type Prekey struct {
	ID      uint32
	Created time.Time // full seconds
	key     hpke.PrivateKey
}

// NewPrekey draws a prekey.
func NewPrekey(now time.Time) (*Prekey, error) {
	key, err := kem.GenerateKey()
	if err != nil {
		return nil, err
	}
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	return &Prekey{ID: binary.BigEndian.Uint32(id[:]), Created: now.Truncate(time.Second), key: key}, nil
}

// Bundle is the signed public half, as it is published. It does not name its
// owner, so that the server cannot read from it whose mailbox it keeps.
func (p *Prekey) Bundle(owner *identity.Identity) []byte {
	b := make([]byte, 0, bundleSize)
	b = append(b, bundleVersion)
	b = binary.BigEndian.AppendUint32(b, p.ID)
	b = binary.BigEndian.AppendUint64(b, unix(p.Created))
	b = binary.BigEndian.AppendUint64(b, unix(p.Created.Add(BundleLife)))
	b = append(b, p.key.PublicKey().Bytes()...)
	return append(b, owner.Sign(append([]byte(bundleDomain), b...))...)
}

// Bundle is somebody else's prekey, checked.
type Bundle struct {
	Owner   identity.ID
	ID      uint32
	Created time.Time
	Expires time.Time
	key     hpke.PublicKey
}

// ParseBundle reads a bundle and checks that owner signed it and that it is
// valid at now. Errors are ErrBadPrekey.
func ParseBundle(b []byte, owner identity.ID, now time.Time) (*Bundle, error) {
	if len(b) != bundleSize || b[0] != bundleVersion {
		return nil, fmt.Errorf("%w: format", ErrBadPrekey)
	}
	if !owner.Verify(append([]byte(bundleDomain), b[:bundleBody]...), b[bundleBody:]) {
		return nil, fmt.Errorf("%w: signature", ErrBadPrekey)
	}
	p := &Bundle{Owner: owner, ID: binary.BigEndian.Uint32(b[1:]), Created: fromUnix(b[5:]), Expires: fromUnix(b[13:])}
	if now.Add(clockSkew).Before(p.Created) || !now.Before(p.Expires) || p.Expires.After(p.Created.Add(BundleLife)) {
		return nil, fmt.Errorf("%w: valid from %v to %v", ErrBadPrekey, p.Created, p.Expires)
	}
	var err error
	if p.key, err = kem.NewPublicKey(b[21:bundleBody]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadPrekey, err)
	}
	return p, nil
}

func unix(t time.Time) uint64 { return uint64(t.Unix()) } //nolint:gosec // after 1970

func fromUnix(b []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64(b)), 0) //nolint:gosec // an absurd one fails the validity check
}

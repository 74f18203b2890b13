package seal

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Life of a prekey on the phone that owns it.
const (
	RotateAfter = 7 * 24 * time.Hour
	// KeepRetired is the three days that a server's box keeps a knock, and an
	// hour for callers who hold a bundle and for clocks.
	KeepRetired = 3*24*time.Hour + time.Hour
)

const (
	prekeysVersion = 1
	prekeySeed     = 32
	prekeyRecord   = 4 + 8 + 8 + prekeySeed // id, created, retired, seed
	maxPrekeys     = 8
)

// Prekeys are this phone's own: the current one, and retired ones for knocks
// that still wait in the box.
type Prekeys struct {
	keys []ownPrekey // the last one is the current one
}

type ownPrekey struct {
	*Prekey
	retired time.Time // zero while it is the current one
}

// ParsePrekeys reads what Marshal wrote; nil is the empty set. Errors are ErrMalformed.
func ParsePrekeys(b []byte) (*Prekeys, error) {
	p := &Prekeys{}
	if b == nil {
		return p, nil
	}
	n := (len(b) - 1) / prekeyRecord
	if len(b) < 1 || b[0] != prekeysVersion || len(b) != 1+n*prekeyRecord || n > maxPrekeys {
		return nil, fmt.Errorf("%w: saved prekeys", ErrMalformed)
	}
	for r := b[1:]; len(r) > 0; r = r[prekeyRecord:] {
		key, err := kem.NewPrivateKey(r[20:prekeyRecord])
		if err != nil {
			return nil, fmt.Errorf("%w: saved prekeys: %w", ErrMalformed, err)
		}
		k := ownPrekey{Prekey: &Prekey{ID: binary.BigEndian.Uint32(r), Created: fromUnix(r[4:]), key: key}}
		if binary.BigEndian.Uint64(r[12:]) != 0 {
			k.retired = fromUnix(r[12:])
		}
		p.keys = append(p.keys, k)
	}
	return p, nil
}

// Marshal is the secret form that ParsePrekeys reads.
func (p *Prekeys) Marshal() ([]byte, error) {
	b := []byte{prekeysVersion}
	for _, k := range p.keys {
		seed, err := k.key.Bytes()
		if err != nil {
			return nil, err
		}
		b = binary.BigEndian.AppendUint32(b, k.ID)
		b = binary.BigEndian.AppendUint64(b, unix(k.Created))
		if k.retired.IsZero() {
			b = binary.BigEndian.AppendUint64(b, 0)
		} else {
			b = binary.BigEndian.AppendUint64(b, unix(k.retired))
		}
		b = append(b, seed...)
	}
	return b, nil
}

// Rotate makes a new current prekey when the old one is RotateAfter old (or
// its time is in the future, after a clock went back), and forgets retired
// ones after KeepRetired. changed tells that the set must be saved.
func (p *Prekeys) Rotate(now time.Time) (changed bool, err error) {
	kept := p.keys[:0:0]
	for _, k := range p.keys {
		if k.retired.IsZero() || now.Sub(k.retired) < KeepRetired {
			kept = append(kept, k)
		}
	}
	changed = len(kept) != len(p.keys)
	p.keys = kept
	if c := p.Current(); c != nil {
		if age := now.Sub(c.Created); age < RotateAfter && age > -clockSkew {
			return changed, nil
		}
	}
	fresh, err := NewPrekey(now)
	if err != nil {
		return changed, err
	}
	if n := len(p.keys); n > 0 {
		p.keys[n-1].retired = now
	}
	p.keys = append(p.keys, ownPrekey{Prekey: fresh})
	if over := len(p.keys) - maxPrekeys; over > 0 {
		p.keys = p.keys[over:]
	}
	return true, nil
}

// Current is the prekey to publish, nil before the first Rotate.
func (p *Prekeys) Current() *Prekey {
	if len(p.keys) == 0 {
		return nil
	}
	return p.keys[len(p.keys)-1].Prekey
}

// Find is the prekey of an id, nil when it is unknown or forgotten.
func (p *Prekeys) Find(id uint32) *Prekey {
	for _, k := range p.keys {
		if k.ID == id {
			return k.Prekey
		}
	}
	return nil
}

// Clone is an independent copy.
func (p *Prekeys) Clone() *Prekeys { return &Prekeys{keys: slices.Clone(p.keys)} }

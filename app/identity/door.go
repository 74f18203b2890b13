package identity

import (
	"crypto/rand"
	"crypto/subtle"
)

// Door is the token of a link. The phone that gave the link out compares it
// with its present one: a stranger who has another is somebody without a link.
// The zero Door is that of links of the first version, which have none.
type Door [8]byte

// NewDoor draws a token.
func NewDoor() Door {
	var d Door
	for d.IsZero() {
		_, _ = rand.Read(d[:]) // never fails since Go 1.24
	}
	return d
}

// IsZero tells whether there is no token.
func (d Door) IsZero() bool { return d == Door{} }

// Same compares without telling by its timing how much was right.
func (d Door) Same(other Door) bool { return subtle.ConstantTimeCompare(d[:], other[:]) == 1 }

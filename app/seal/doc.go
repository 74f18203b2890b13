// Package seal is the end-to-end envelope of call messages. It does no input
// or output, starts nothing and never reads the clock. Session is safe for
// concurrent use; every other value belongs to one goroutine at a time.
//
//	caller                                                callee
//	NewInvite -> Invite.Knock ----- knock ----> OpenKnock -> Knock.Answer
//	             Invite.Accept <--- reply ----- Answer.Seal
//	                Session <----- session ---->  Session
//
// A knock is sealed to the callee's weekly prekey (HPKE with X-Wing) and
// signed inside. It carries a secret and a fresh X-Wing key for this call. The
// callee answers to that key; the session key needs both exchanges, so it is
// forward secret and post-quantum although the prekey lives for a week. Every
// address travels under a session key. docs/protocol.md has the formats.
package seal

import (
	"crypto/hpke"
	"encoding/binary"
	"fmt"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server/wire"
)

// Faults of envelopes and prekey bundles.
var (
	ErrMalformed = phone.NewFault("message-malformed")
	ErrForged    = phone.NewFault("message-forged")   // a signature, a tag or a binding does not hold
	ErrUnknown   = phone.NewFault("message-unknown")  // sealed to a key that this phone does not have, or no longer
	ErrReplayed  = phone.NewFault("message-replayed") // seen before, or too old to tell
	ErrExpired   = phone.NewFault("message-expired")  // older than any box keeps, or from the future
	ErrTooBig    = phone.NewFault("payload-too-big")
	ErrBadPrekey = phone.NewFault("prekey-invalid") // the server gave a bundle that is not the callee's, or stale
)

// Limits of payloads.
const (
	MaxKnockPayload   = 2 << 10  // bytes that a stranger can make this phone look at
	MaxSessionPayload = 12 << 10 // bytes of one message in a session
)

// Kind is the first byte of an envelope.
type Kind byte

// The kinds of envelopes. They are also the version: a changed format gets new bytes.
const (
	KindReply   Kind = 2
	KindSession Kind = 3
	KindKnock   Kind = 4 // 1 was one without door tokens
)

// Sizes in the formats.
const (
	encSize     = 1120 // X-Wing encapsulation
	pubSize     = 1216 // X-Wing public key
	sigSize     = 64
	tagSize     = 16 // Poly1305
	secretSize  = 32
	doorSize    = len(identity.Door{})
	knockHeader = 1 + 4 // kind, prekey id
)

// The one HPKE suite (RFC 9180, draft-ietf-hpke-pq).
var (
	kem  = hpke.MLKEM768X25519()
	kdf  = hpke.HKDFSHA256()
	aead = hpke.ChaCha20Poly1305()
)

// KindOf tells which kind an envelope claims to be. Errors are ErrMalformed
// and ErrTooBig.
func KindOf(env []byte) (Kind, error) {
	if len(env) > wire.MaxEnvelope {
		return 0, fmt.Errorf("%w: envelope of %d bytes", ErrTooBig, len(env))
	}
	if len(env) == 0 || env[0] < byte(KindReply) || env[0] > byte(KindKnock) {
		return 0, fmt.Errorf("%w: kind", ErrMalformed)
	}
	return Kind(env[0]), nil
}

// padded appends a length, body and zeros up to a multiple of step, so that
// sizes tell little.
func padded(dst, body []byte, step int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(body))) //nolint:gosec // callers bound it below 64 KB
	dst = append(dst, body...)
	if over := len(dst) % step; over != 0 {
		dst = append(dst, make([]byte, step-over)...)
	}
	return dst
}

// reader takes fields off a message; after the first one missing it yields
// zeros and ok is false.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || len(r.rest) < n {
		r.bad = true
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) uint64() uint64 { return binary.BigEndian.Uint64(r.take(8)) }

// sized takes a length and that many bytes, at most limit.
func (r *reader) sized(limit int) []byte {
	n := int(binary.BigEndian.Uint16(r.take(2)))
	if n > limit {
		r.bad = true
		return nil
	}
	return r.take(n)
}

// onlyZeros ends the message: what is left is padding, of less than step bytes.
func (r *reader) onlyZeros(step int) {
	if len(r.rest) >= step {
		r.bad = true
	}
	for _, c := range r.rest {
		if c != 0 {
			r.bad = true
		}
	}
}

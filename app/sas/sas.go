// Package sas lets the two ends of a call agree on a few bits that people can
// compare by voice (PRIVACY.md, E2EE verification). Whoever stands between
// them, even one who owns the servers and handed out the addresses, cannot
// make both ends show the same ones: the caller commits to its fresh key
// before it sees the callee's, and both the identities and the certificates
// are fixed before that, so that nothing is left to be tried out.
//
//	caller                                                          callee
//	  | COMMIT  SHA-256(commit label, transcript, caller's key) ---->|
//	  |<-------------------------------------- KEY  the callee's key |
//	  | REVEAL  the caller's key ----------------------------------->|  checked against COMMIT
//	  both: code = HKDF(X25519 secret; code label, transcript, both keys)
//
// Everything here is pure; an Exchange is a value that any goroutine may copy.
package sas

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
)

// Labels keep this version's hashes apart from all others.
const (
	transcriptLabel = "paravent-sas-v1\x00"
	commitLabel     = "paravent-sas-v1-commit\x00"
	codeLabel       = "paravent-sas-v1-code\x00"
)

// CodeSize is how many symbols people compare, one a byte: somebody between
// has one try in 2^32.
const CodeSize = 4

// Code is what both ends show.
type Code [CodeSize]byte

// Role is the end of the call.
type Role uint8

// The roles.
const (
	Caller Role = iota + 1
	Callee
)

// Transcript is all that the code is bound to.
type Transcript struct {
	Caller, Callee           [32]byte // SHA-256 of the 64 hexadecimal digits of an identity key
	CallerPrint, CalleePrint [32]byte // SHA-256 of the certificates with which DTLS is up
	Call                     [16]byte
	Route                    uint8 // agreed for the session
}

func (t Transcript) bytes() []byte {
	b := append([]byte(transcriptLabel), t.Caller[:]...)
	b = append(append(b, t.Callee[:]...), t.CallerPrint[:]...)
	b = append(append(b, t.CalleePrint[:]...), t.Call[:]...)
	return append(b, t.Route)
}

// Step is what a message says.
type Step uint8

// The steps, in their order.
const (
	Commit Step = iota + 1
	Key
	Reveal
)

// Message is one of the three messages.
type Message struct {
	Step  Step
	Value [32]byte
}

// ErrForged says that the other end did not reveal what it had committed to,
// or sent a key that is none: somebody tries to choose the code.
var ErrForged = errors.New("safety words were tampered with")

// ErrOrder says that a message does not fit; nothing changed.
var ErrOrder = errors.New("no such message is due")

// stage is how far an exchange came.
//
//	caller: committed --KEY--> done
//	callee: waiting --COMMIT--> answered --REVEAL--> done
type stage uint8

const (
	none stage = iota
	committed
	waiting
	answered
	done
)

// Exchange is one end of the agreement. The zero value is none.
type Exchange struct {
	stage      stage
	transcript Transcript
	secret     [32]byte // X25519
	commitment [32]byte // callee: what the caller committed to
	code       Code
}

// Begin starts an exchange with a fresh secret, which must never be used
// again. The caller gets the message to send first; the callee's is zero.
func Begin(role Role, t Transcript, secret [32]byte) (Exchange, Message, error) {
	x := Exchange{transcript: t, secret: secret}
	key, err := x.public()
	if err != nil {
		return Exchange{}, Message{}, err
	}
	if role == Callee {
		x.stage = waiting
		return x, Message{}, nil
	}
	x.stage = committed
	return x, Message{Commit, x.commit(key)}, nil
}

// Take is the other end's message. reply is zero where none is due.
func (x Exchange) Take(m Message) (_ Exchange, reply Message, err error) {
	before := x
	switch {
	case m.Step == Commit && x.stage == waiting:
		x.stage, x.commitment = answered, m.Value
		reply = Message{Step: Key}
		reply.Value, err = x.public()
	case m.Step == Key && x.stage == committed:
		reply = Message{Step: Reveal}
		if reply.Value, err = x.public(); err == nil {
			x.code, err = x.agree(m.Value, reply.Value, m.Value)
		}
		x.stage = done
	case m.Step == Reveal && x.stage == answered:
		x.code, err = x.revealed(m.Value)
		x.stage = done
	default:
		err = ErrOrder
	}
	if err != nil {
		return before, Message{}, err
	}
	return x, reply, nil
}

// Code is what to show, once both ends can know it.
func (x Exchange) Code() (Code, bool) { return x.code, x.stage == done }

func (x Exchange) revealed(callerKey [32]byte) (Code, error) {
	want := x.commit(callerKey)
	if subtle.ConstantTimeCompare(want[:], x.commitment[:]) != 1 {
		return Code{}, ErrForged
	}
	own, err := x.public()
	if err != nil {
		return Code{}, err
	}
	return x.agree(callerKey, callerKey, own)
}

func (x Exchange) public() (key [32]byte, err error) {
	private, err := ecdh.X25519().NewPrivateKey(x.secret[:])
	if err != nil {
		return key, fmt.Errorf("safety words: %w", err)
	}
	return [32]byte(private.PublicKey().Bytes()), nil
}

func (x Exchange) commit(callerKey [32]byte) [32]byte {
	b := append([]byte(commitLabel), x.transcript.bytes()...)
	return sha256.Sum256(append(b, callerKey[:]...))
}

// agree computes the code from the secret shared with the other end.
func (x Exchange) agree(theirs, callerKey, calleeKey [32]byte) (Code, error) {
	public, err := ecdh.X25519().NewPublicKey(theirs[:])
	if err != nil {
		return Code{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	private, err := ecdh.X25519().NewPrivateKey(x.secret[:])
	if err != nil {
		return Code{}, fmt.Errorf("safety words: %w", err)
	}
	shared, err := private.ECDH(public)
	if err != nil { // a point of low order
		return Code{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	info := append([]byte(codeLabel), x.transcript.bytes()...)
	info = append(append(info, callerKey[:]...), calleeKey[:]...)
	code, err := hkdf.Key(sha256.New, shared, nil, string(info), CodeSize)
	if err != nil {
		return Code{}, fmt.Errorf("safety words: %w", err)
	}
	return Code(code), nil
}

package seal

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	sessionHeader = 1 + len(SessionID{}) + 8 // kind, id, number
	sessionStep   = 256                      // padding
	sessionKeys   = 2*chacha20poly1305.KeySize + 2*len(SessionID{})
)

// role is which end of a call a key belongs to.
type role uint8

const (
	caller role = iota
	callee
)

// SessionID names one direction of a session on the wire.
type SessionID [8]byte

// Session seals and opens the messages of one call. Each direction has its
// own key and id, so that a message cannot be turned back on its sender.
type Session struct {
	out, in     cipher.AEAD
	outID, inID SessionID

	mu     sync.Mutex
	sent   uint64
	window window
}

func newSession(okm []byte, r role) (*Session, error) {
	const k, i = chacha20poly1305.KeySize, len(SessionID{})
	toCallee, err := chacha20poly1305.New(okm[:k])
	if err != nil {
		return nil, err
	}
	toCaller, err := chacha20poly1305.New(okm[k : 2*k])
	if err != nil {
		return nil, err
	}
	s := &Session{out: toCallee, in: toCaller, outID: SessionID(okm[2*k:][:i]), inID: SessionID(okm[2*k+i:][:i])}
	if r == callee {
		s.out, s.in, s.outID, s.inID = s.in, s.out, s.inID, s.outID
	}
	return s, nil
}

// In is the id that incoming envelopes carry.
func (s *Session) In() SessionID { return s.inID }

// SessionOf is the id of a session envelope. The error is ErrMalformed.
func SessionOf(env []byte) (SessionID, error) {
	if len(env) < sessionHeader+tagSize || env[0] != byte(KindSession) {
		return SessionID{}, fmt.Errorf("%w: session", ErrMalformed)
	}
	return SessionID(env[1:9]), nil
}

// Seal makes the next envelope. The error is ErrTooBig.
func (s *Session) Seal(now time.Time, payload []byte) ([]byte, error) {
	if len(payload) > MaxSessionPayload {
		return nil, fmt.Errorf("%w: %d bytes in a session", ErrTooBig, len(payload))
	}
	s.mu.Lock()
	s.sent++
	n := s.sent
	s.mu.Unlock()
	env := make([]byte, 0, sessionHeader+len(payload)+10+sessionStep+tagSize)
	env = append(append(env, byte(KindSession)), s.outID[:]...)
	env = binary.BigEndian.AppendUint64(env, n)
	clear := make([]byte, 0, len(payload)+10+sessionStep)
	clear = binary.BigEndian.AppendUint64(clear, uint64(now.UnixMilli())) //nolint:gosec // after 1970
	clear = padded(clear, payload, sessionStep)
	return s.out.Seal(env, nonce(n), clear, env[:sessionHeader]), nil
}

// Open verifies an envelope and returns its message and the sender's time.
// Each opens once; loss and reordering within the last windowSize envelopes
// are tolerated. Errors are ErrMalformed, ErrReplayed and ErrForged.
func (s *Session) Open(env []byte) (payload []byte, sent time.Time, err error) {
	id, err := SessionOf(env)
	if err != nil {
		return nil, time.Time{}, err
	}
	if id != s.inID {
		return nil, time.Time{}, fmt.Errorf("%w: of another session", ErrForged)
	}
	n := binary.BigEndian.Uint64(env[9:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.window.fresh(n) {
		return nil, time.Time{}, fmt.Errorf("%w: number %d", ErrReplayed, n)
	}
	clear, err := s.in.Open(nil, nonce(n), env[sessionHeader:], env[:sessionHeader])
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	s.window.mark(n)
	r := &reader{rest: clear}
	sent = time.UnixMilli(int64(r.uint64())) //nolint:gosec // shown only
	payload = r.sized(MaxSessionPayload)
	r.onlyZeros(sessionStep)
	if r.bad {
		return nil, time.Time{}, fmt.Errorf("%w: inside a session", ErrMalformed)
	}
	return payload, sent, nil
}

// nonce is the number; it never repeats because each direction has its own key.
func nonce(n uint64) []byte {
	b := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint64(b[4:], n)
	return b
}

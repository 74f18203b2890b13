package media

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrNoCertificates says that DTLS is not through.
var ErrNoCertificates = errors.New("no certificates before the connection is up")

// Certificates are the SHA-256 of both sides' certificates, as DTLS used them:
// the peer's is the one that proved itself, and that the peer's description
// names (P23). Meaningful from Up on.
func (s *Session) Certificates() (local, remote [32]byte, err error) {
	dtls := s.sound.sender.Transport()
	theirs := dtls.GetRemoteCertificate()
	if len(theirs) == 0 {
		return local, remote, ErrNoCertificates
	}
	own, err := dtls.GetLocalParameters()
	if err != nil {
		return local, remote, fmt.Errorf("%w: %w", ErrNoCertificates, err)
	}
	for _, f := range own.Fingerprints {
		sum, err := hex.DecodeString(strings.ReplaceAll(f.Value, ":", ""))
		if err == nil && strings.EqualFold(f.Algorithm, "sha-256") && len(sum) == len(local) {
			return [32]byte(sum), sha256.Sum256(theirs), nil
		}
	}
	return local, remote, ErrNoCertificates
}

package route

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"github.com/pion/webrtc/v4"
)

// newCertificate makes a DTLS certificate for one call. Its dates are those of
// whole months, so that they tell nothing about this computer's clock, and its
// name is the one that browsers use (P21).
func newCertificate(now time.Time) (*webrtc.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("call certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("call certificate: %w", err)
	}
	y, m, _ := now.UTC().Date()
	name := pkix.Name{CommonName: "WebRTC"}
	cert, err := webrtc.NewCertificate(key, x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject:      name,
		Issuer:       name,
		NotBefore:    time.Date(y, m-1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(y, m+2, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		return nil, fmt.Errorf("call certificate: %w", err)
	}
	return cert, nil
}

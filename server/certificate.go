package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2/maybe"

	"paravent/server/wire"
)

// identityFile holds the self-signed certificate and its key. Losing it
// changes the pin, so every address that was given out stops working.
const identityFile = "server-identity.pem"

// loadCertificate finds the key that this server proves, in this order: the
// CA certificate given, the one kept in the state folder, a fresh one.
func loadCertificate(cfg Config) (tls.Certificate, wire.Pin, error) {
	cert, err := chooseCertificate(cfg)
	if err != nil {
		return tls.Certificate{}, wire.Pin{}, err
	}
	if cert.Leaf == nil {
		if cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0]); err != nil {
			return tls.Certificate{}, wire.Pin{}, fmt.Errorf("%w: %w", ErrCertificate, err)
		}
	}
	return cert, wire.PinOf(cert.Leaf), nil
}

func chooseCertificate(cfg Config) (tls.Certificate, error) {
	switch {
	case cfg.CertFile != "":
		cert, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return cert, fmt.Errorf("%w: %w", ErrCertificate, err)
		}
		return cert, nil
	case cfg.Dir != "":
		return keptCertificate(filepath.Join(cfg.Dir, identityFile))
	default:
		text, err := newCertificate(time.Now())
		if err != nil {
			return tls.Certificate{}, err
		}
		return tls.X509KeyPair(text, text)
	}
}

// keptCertificate reads the identity, or makes it where there is none. A file
// that is there but unreadable is never replaced: that would change the pin.
func keptCertificate(path string) (tls.Certificate, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = newCertificate(time.Now()); err != nil {
			return tls.Certificate{}, err
		}
		if err := maybe.WriteFile(path, text, 0o600); err != nil {
			return tls.Certificate{}, storeError(err)
		}
	} else if err != nil {
		return tls.Certificate{}, storeError(err)
	}
	cert, err := tls.X509KeyPair(text, text)
	if err != nil {
		return cert, fmt.Errorf("%w: %s: %w", ErrCertificate, path, err)
	}
	return cert, nil
}

// newCertificate makes a P-256 key and a certificate whose only meaning is its
// pin: no name in it, dates rounded so that they tell nothing of the machine.
func newCertificate(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	year := time.Date(now.UTC().Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "server"}, DNSNames: []string{"server"},
		NotBefore: year.AddDate(-1, 0, 0), NotAfter: year.AddDate(50, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...), nil
}

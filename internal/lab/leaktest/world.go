//go:build linux

package leaktest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"paravent/internal/lab"
)

// world is the network with its recordings and the server that most scenarios
// meet at.
type world struct {
	// set at construction
	ctx  context.Context //nolint:containedctx // ends every program
	cfg  Config
	dir  string // everything the programs write
	cert string // of every server and relay, so that one pin fits them all
	key  string
	log  *os.File

	taps   []*tap
	server string // the usual one
	ports  int    // of further servers
	stops  []func()
}

func openWorld(ctx context.Context, cfg Config) (w *world, err error) {
	w = &world{ctx: ctx, cfg: cfg, ports: 5000}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if err := prepare(); err != nil {
		return w, err
	}
	if w.dir, err = os.MkdirTemp("", "paravent-leaktest-"); err != nil {
		return w, err
	}
	if w.log, err = os.Create(filepath.Join(w.dir, "log")); err != nil {
		return w, err
	}
	if err := w.makeCertificate(); err != nil {
		return w, err
	}
	if err := buildNetwork(); err != nil {
		return w, fmt.Errorf("%w: %w", ErrNotAllowed, err)
	}
	if err := w.openTaps(); err != nil {
		return w, err
	}
	var stop func()
	if w.server, stop, err = w.startServer(); err != nil {
		return w, err
	}
	w.stops = append(w.stops, stop)
	return w, nil
}

func (w *world) openTaps() error {
	for _, p := range [][3]string{
		{phoneA, phoneA, "eth0"}, {phoneA + "-lo", phoneA, "lo"}, {homeA + "-in", homeA, "lan"}, {homeA + "-out", homeA, "wan"},
		{phoneB, phoneB, "eth0"}, {phoneB + "-lo", phoneB, "lo"}, {homeB + "-in", homeB, "lan"}, {homeB + "-out", homeB, "wan"},
		{serverAt, serverAt, "eth0"}, {relayAt, relayAt, "eth0"}, {vpnAt, vpnAt, "eth0"},
	} {
		t, err := openTap(p[0], p[1], p[2])
		if err != nil {
			return err
		}
		w.taps = append(w.taps, t)
	}
	return nil
}

// startServer runs another paravent-server at the server's host.
func (w *world) startServer(args ...string) (address string, stop func(), err error) {
	return w.startServerAt(serverAt, serverIP, append([]string{"--cert", w.cert, "--key", w.key}, args...)...)
}

// startServerAt runs one anywhere; without a certificate it is another server
// than all others.
func (w *world) startServerAt(host string, ip netip.Addr, args ...string) (address string, stop func(), err error) {
	w.ports++
	return lab.Launch{
		Binary: w.program("paravent-server"), Namespace: host, Log: w.log,
		Args: append([]string{"--listen", "0.0.0.0", "--public", ip.String(), "--port", strconv.Itoa(w.ports)}, args...),
	}.StartServer(w.ctx)
}

func (w *world) program(name string) string { return filepath.Join(w.cfg.Bin, name) }

func (w *world) close() {
	for _, stop := range w.stops {
		stop()
	}
	for _, t := range w.taps {
		t.close()
	}
	if w.log != nil {
		_ = w.log.Close()
	}
	if w.dir != "" {
		_ = os.RemoveAll(w.dir)
	}
}

// makeCertificate writes a certificate and its key.
func (w *world) makeCertificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	w.cert, w.key = filepath.Join(w.dir, "cert.pem"), filepath.Join(w.dir, "key.pem")
	if err := os.WriteFile(w.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(w.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)
}

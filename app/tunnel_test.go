package app

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paravent/app/egress/wireguard"
	"paravent/app/phone"
	"paravent/settings"
)

// privateKey is a key of nobody.
var privateKey = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x41}, 32))

func tunnelFile(endpoint string) []byte {
	return []byte("[Interface]\nPrivateKey = " + privateKey + "\nAddress = 10.2.0.2/32\nDNS = 10.2.0.1\n" +
		"[Peer]\nPublicKey = " + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32)) + "\nAllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = " + endpoint + "\n")
}

// A configuration is kept with its keys out of sight, and a bad one changes
// nothing.
func TestTunnelIsKeptEncrypted(t *testing.T) {
	profile := t.TempDir()
	open := func() *App {
		a, err := Open(Options{Profile: profile, Unattended: true})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := open()
	if _, ok := a.Tunnel(); ok {
		t.Error("a fresh profile has a tunnel")
	}
	imported, err := a.ImportTunnel("/home/me/se-\x00sto.conf", tunnelFile("192.0.2.1:51820"))
	if err != nil {
		t.Fatal(err)
	}
	if imported.Name != "se-sto.conf" || imported.Endpoint != "192.0.2.1:51820" || imported.Addresses[0] != "10.2.0.2" || imported.DNS[0] != "10.2.0.1" || imported.Imported.IsZero() {
		t.Errorf("imported %+v", imported)
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "no peer": []byte("[Interface]\nPrivateKey = " + privateKey), "noise": {0xff, 0, 1}, "huge": bytes.Repeat([]byte("#\n"), 1<<17),
	} {
		if _, err := a.ImportTunnel(name, bad); !errors.Is(err, wireguard.ErrBadConfig) || strings.Contains(err.Error(), privateKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = open()
	defer func() { _ = a.Close() }()
	if kept, ok := a.Tunnel(); !ok || kept.Endpoint != imported.Endpoint || !kept.Imported.Equal(imported.Imported) {
		t.Errorf("kept %+v, %v", kept, ok)
	}
	files, err := filepath.Glob(filepath.Join(profile, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if text, _ := os.ReadFile(f); bytes.Contains(text, []byte(privateKey)) || bytes.Contains(text, []byte("192.0.2.1")) {
			t.Errorf("%s shows the tunnel", f)
		}
	}
}

// P8: nothing is widened by taking the tunnel away.
func TestP08TunnelInUseStays(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, err := a.ImportTunnel("a.conf", tunnelFile("192.0.2.1:51820")); err != nil {
		t.Fatal(err)
	}
	set := func(on bool) {
		t.Helper()
		if err := a.UpdateSettings(func(s *settings.Settings) { s.Privacy.Tunnel = on }); err != nil {
			t.Fatal(err)
		}
	}
	set(true)
	if err := a.RemoveTunnel(); !errors.Is(err, ErrTunnelInUse) || phone.CodeOf(err) != "wireguard-in-use" {
		t.Errorf("removed a tunnel in use: %v", err)
	}
	if _, ok := a.Tunnel(); !ok {
		t.Error("it is gone")
	}
	set(false)
	if err := errors.Join(a.RemoveTunnel(), a.RemoveTunnel()); err != nil {
		t.Error(err)
	}
	if _, ok := a.Tunnel(); ok {
		t.Error("it stays")
	}
}

package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

// keepFor leaves an envelope for an absent phone and waits until it lies there.
func keepFor(t *testing.T, s *Server, from *testPhone, mailbox, text string) {
	t.Helper()
	before := lastSeq(t, s)
	require.Empty(t, from.send(mailbox, text, true).Err)
	eventually(t, "the envelope is kept", func() bool { return lastSeq(t, s) > before })
}

func lastSeq(t *testing.T, s *Server) uint64 {
	t.Helper()
	info, err := s.services.vault.box.Info(t.Context())
	require.NoError(t, err)
	return info.State.LastSeq
}

func TestBoxKeepsForAbsentOwner(t *testing.T) {
	s := startServer(t, Config{})
	a := dialPhone(t, s.Addr())
	key, mailbox := newKey(t)
	require.Empty(t, a.send(mailbox, "not kept", false).Err)
	keepFor(t, s, a, mailbox, "one")
	keepFor(t, s, a, mailbox, "two")
	b := dialAs(t, s.Addr(), key, mailbox).listen()
	require.Equal(t, []string{"one", "two"}, b.takeBox())
	require.Empty(t, b.takeBox(), "taken is gone")
	require.Empty(t, a.takeBox(), "a box is its owner's")
}

func TestBoxDoesNotKeepForPresentOwner(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	require.Empty(t, a.send(b.mailbox, "live", true).Err)
	require.Equal(t, "live", b.receive())
	require.Empty(t, b.takeBox())
}

func TestBoxLimits(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{Sends: 1000}})
	a := dialPhone(t, s.Addr())
	key, mailbox := newKey(t)
	_, other := newKey(t)
	keepFor(t, s, a, other, "another's")
	var want []string
	for i := range boxPerMailbox + 5 {
		text := fmt.Sprintf("%d%s", i, strings.Repeat("e", 4000))
		keepFor(t, s, a, mailbox, text)
		want = append(want, text)
	}
	require.Equal(t, want[5:], dialAs(t, s.Addr(), key, mailbox).takeBox(), "the newest 20, oldest first")
	info, err := s.services.vault.box.Info(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, info.State.Msgs, "the other box is untouched")
	require.Equal(t, boxMaxAge, info.Config.MaxAge)
	require.Equal(t, jetstream.DiscardNew, info.Config.Discard, "nobody can push out others' envelopes")
}

// A box of 20 envelopes of the greatest size does not fit one answer.
func TestBoxIsTakenInParts(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{Sends: 1000, ConnBytes: 1 << 30}})
	a := dialPhone(t, s.Addr())
	key, mailbox := newKey(t)
	var want []string
	for i := range boxPerMailbox {
		text := fmt.Sprintf("%02d%s", i, strings.Repeat("e", wire.MaxEnvelope-2))
		keepFor(t, s, a, mailbox, text)
		want = append(want, text)
	}
	b := dialAs(t, s.Addr(), key, mailbox)
	var first wire.BoxReply
	b.ask(wire.ServiceBox, wire.Box{}, &first)
	require.True(t, first.More)
	require.Len(t, first.Envelopes, roomInAnswer/wire.MaxEnvelope)
	require.Equal(t, want[len(first.Envelopes):], b.takeBox())
}

func TestPrekeys(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr())
	get := func() wire.PrekeyReply {
		var r wire.PrekeyReply
		a.ask(wire.ServicePrekey, wire.PrekeyRequest{Get: &wire.PrekeyGet{Of: b.mailbox}}, &r)
		return r
	}
	require.Equal(t, wire.RefusedUnknown, get().Err)
	for _, bundle := range []string{"first", "second"} {
		var r wire.PrekeyReply
		b.ask(wire.ServicePrekey, wire.PrekeyRequest{Put: &wire.PrekeyPut{Bundle: []byte(bundle)}}, &r)
		require.Empty(t, r.Err)
		require.Equal(t, bundle, string(get().Bundle))
	}
}

func TestRestartKeepsPinBoxAndPrekeys(t *testing.T) {
	cfg := Config{Dir: t.TempDir()}
	s, err := Open(t.Context(), cfg)
	require.NoError(t, err)
	a := dialPhone(t, s.Addr())
	key, mailbox := newKey(t)
	keepFor(t, s, a, mailbox, "missed")
	var r wire.PrekeyReply
	a.ask(wire.ServicePrekey, wire.PrekeyRequest{Put: &wire.PrekeyPut{Bundle: []byte("bundle")}}, &r)
	pin := s.Addr().Pin
	require.NoError(t, s.Close())

	s = startServer(t, cfg)
	require.Equal(t, pin, s.Addr().Pin)
	b := dialAs(t, s.Addr(), key, mailbox)
	require.Equal(t, []string{"missed"}, b.takeBox())
	b.ask(wire.ServicePrekey, wire.PrekeyRequest{Get: &wire.PrekeyGet{Of: a.mailbox}}, &r)
	require.Equal(t, "bundle", string(r.Bundle))
	info, err := os.Stat(filepath.Join(cfg.Dir, identityFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestMemoryServersHaveDifferentKeysAndLeaveNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	one, err := Open(t.Context(), Config{})
	require.NoError(t, err)
	two, err := Open(t.Context(), Config{})
	require.NoError(t, err)
	require.NotEqual(t, one.Addr().Pin, two.Addr().Pin)
	require.NoError(t, one.Close())
	require.NoError(t, two.Close())
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestOpenErrors(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close() //nolint:errcheck // test
	busyUDP, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer busyUDP.Close() //nolint:errcheck // test
	used := t.TempDir()
	startServer(t, Config{Dir: used})
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("not a certificate"), 0o600))
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, identityFile), []byte("damaged"), 0o600))
	for name, c := range map[string]struct {
		cfg  Config
		want error
	}{
		"port in use":               {Config{Port: busy.Addr().(*net.TCPAddr).Port}, ErrPortInUse},
		"relay port in use":         {Config{TURNPort: busyUDP.LocalAddr().(*net.UDPAddr).Port}, ErrPortInUse},
		"no such address":           {Config{Host: "192.0.2.1"}, ErrListen},
		"folder is a file":          {Config{Dir: file}, ErrStore},
		"folder under a file":       {Config{Dir: filepath.Join(file, "x")}, ErrStore},
		"folder in use":             {Config{Dir: used}, ErrDirInUse},
		"damaged identity":          {Config{Dir: broken}, ErrCertificate},
		"bad certificate":           {Config{CertFile: file, KeyFile: file}, ErrCertificate},
		"no certificate":            {Config{CertFile: "/nowhere", KeyFile: "/nowhere"}, ErrCertificate},
		"certificate without a key": {Config{CertFile: file}, ErrConfig},
		"bad port":                  {Config{Port: 70000}, ErrConfig},
		"half a relay range":        {Config{RelayMinPort: 5000}, ErrConfig},
		"bad host name":             {Config{PublicHost: "a b#c"}, ErrConfig},
	} {
		s, err := Open(t.Context(), c.cfg)
		require.ErrorIs(t, err, c.want, name)
		require.Nil(t, s, name)
	}
	text, err := os.ReadFile(filepath.Join(broken, identityFile))
	require.NoError(t, err)
	require.Equal(t, "damaged", string(text), "a damaged identity is left for its owner to repair")
}

func TestFullDiskIsTold(t *testing.T) {
	err := storeError(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	require.ErrorIs(t, err, ErrDiskFull)
	require.NotErrorIs(t, storeError(errors.New("other")), ErrDiskFull)
}

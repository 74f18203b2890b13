package identity

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"
)

// quick is a file keeper whose passphrase costs milliseconds.
func quick(path, passphrase string) *file {
	return &file{path: path, passphrase: passphrase, power: 10}
}

func TestKeepersKeepTheIdentity(t *testing.T) {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=somewhere")
	for name, k := range map[string]Keeper{
		"clear file":     OpenFile(filepath.Join(t.TempDir(), "deep", "identity"), ""),
		"encrypted file": quick(filepath.Join(t.TempDir(), "identity"), "correct horse"),
		"keyring":        OpenKeyring("paravent-test", "me"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := k.Load()
			require.ErrorIs(t, err, ErrNoIdentity)
			me, created, err := LoadOrCreate(k)
			require.NoError(t, err)
			require.True(t, created)
			again, created, err := LoadOrCreate(k)
			require.NoError(t, err)
			require.False(t, created)
			require.Equal(t, me.ID(), again.ID())
		})
	}
}

func TestFileIsPrivateAndLeavesNothingElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	require.NoError(t, OpenFile(path, "").Save(make([]byte, SeedSize)))
	s, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), s.Mode().Perm())
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1)
}

func TestEncryptedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	seed := New().Seed()
	require.NoError(t, quick(path, "right").Save(seed))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(b), ageMark))
	require.NotContains(t, string(b), fileMark)
	got, err := quick(path, "right").Load()
	require.NoError(t, err)
	require.Equal(t, seed, got)
	_, err = quick(path, "wrong").Load()
	require.ErrorIs(t, err, ErrWrongPassphrase)
	_, err = quick(path, "").Load()
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, os.WriteFile(path, b[:len(b)-5], 0o600))
	_, err = quick(path, "right").Load()
	require.ErrorIs(t, err, ErrBadIdentity)
}

// An identity that cannot be read is never replaced.
func TestUnreadableIdentityIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	for name, content := range map[string]string{
		"empty": "", "other text": "hello", "short seed": fileMark + "AAAA\n", "huge": strings.Repeat("x", maxFile+1), "cut age": ageMark + "\n",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, _, err := LoadOrCreate(quick(path, "right"))
		require.ErrorIs(t, err, ErrBadIdentity, name)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, string(b), name)
	}
	keyring.MockInitWithError(errors.New("the keyring is locked"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=somewhere")
	_, _, err := LoadOrCreate(OpenKeyring("paravent-test", "me"))
	require.ErrorIs(t, err, ErrKeyring, "there is a keyring: no other place may be tried")
	require.NotErrorIs(t, err, ErrNoKeyring)
}

func FuzzFileIdentity(f *testing.F) {
	f.Add([]byte(fileMark + strings.Repeat("A", 43) + "\n"))
	f.Add([]byte(ageMark + "\n-> scrypt AAAA 10\nAAAA\n---\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "identity")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		seed, err := quick(path, "").Load()
		if err == nil && len(seed) != SeedSize {
			t.Fatalf("a seed of %d bytes", len(seed))
		}
	})
}

package identity

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryVersionIsRead fails when a change breaks reading what an older
// program wrote: the key files of version 1 hold the seed 1 to 32.
func TestEveryVersionIsRead(t *testing.T) {
	want := make([]byte, SeedSize)
	for i := range want {
		want[i] = byte(i + 1)
	}
	for name, passphrase := range map[string]string{"identity-v1-clear.key": "", "identity-v1-age.key": "correct horse battery"} {
		got, err := OpenFile(filepath.Join("testdata", name), passphrase).Load()
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	me, err := FromSeed(want)
	require.NoError(t, err)
	require.Equal(t, "79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664", me.ID().String())
}

// A write that was killed leaves at most one file behind, and the next takes it away.
func TestLeftoversOfKilledWritesGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity.key")
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), ".identity.key.tmp-123"), []byte("half"), 0o600))
	require.NoError(t, OpenFile(path, "").Save(make([]byte, SeedSize)))
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1)
}

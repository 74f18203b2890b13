//go:build unix

package settings

import (
	"encoding/json"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFullDiskKeepsTheOldFile runs itself again with a file size limit of zero,
// which fails writes as a full disk does, for root too.
func TestFullDiskKeepsTheOldFile(t *testing.T) {
	if dir := os.Getenv("PARAVENT_TEST_FULL"); dir != "" {
		writeOnFullDisk(t, dir)
		return
	}
	dir := t.TempDir()
	s := openIn(t, dir)
	require.NoError(t, s.Set("name", json.RawMessage(`"before"`)))
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v") //nolint:gosec // this very test
	cmd.Env = append(os.Environ(), "PARAVENT_TEST_FULL="+dir)
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "PASS")
	require.Equal(t, "before", openIn(t, dir).Current().Name)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing half-written is left")
}

func writeOnFullDisk(t *testing.T, dir string) {
	s := openIn(t, dir)
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	full := limit
	full.Cur = 0
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	err := s.Set("name", json.RawMessage(`"after"`))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	require.ErrorIs(t, err, ErrSave)
	require.ErrorIs(t, err, ErrDiskFull)
	require.Equal(t, "before", s.Current().Name)
	require.NoError(t, s.Set("language", json.RawMessage(`"fr"`)), "works again once there is room")
	require.NoError(t, s.Set("language", json.RawMessage(`""`)))
}

//go:build unix

package people

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// TestFullDiskLosesNothing runs itself again with a file size limit, which
// fails writes as a full disk does, for root too.
func TestFullDiskLosesNothing(t *testing.T) {
	if path := os.Getenv("PARAVENT_TEST_FULL"); path != "" {
		writeOnFullDisk(t, path)
		return
	}
	path := newPath(t)
	s := openAt(t, path)
	require.NoError(t, s.Put(person(1, "Ann")))
	require.NoError(t, s.Close())
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v") //nolint:gosec // this very test
	cmd.Env = append(os.Environ(), "PARAVENT_TEST_FULL="+path)
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "PASS")
	s = openAt(t, path)
	require.Len(t, s.Contacts(), 2)
	require.Empty(t, s.History(0))
}

func writeOnFullDisk(t *testing.T, path string) {
	s := openAt(t, path)
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	full := limit
	full.Cur = 4096
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	errPut := s.Put(person(2, "Bob"))
	_, errHistory := s.AddHistory(phone.HistoryEntry{})
	errBlob := s.Blobs("x").Put("k", make([]byte, 1<<20))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	for _, err := range []error{errPut, errHistory, errBlob} {
		require.ErrorIs(t, err, phone.ErrDiskFull)
	}
	_, ok := s.Find("Bob")
	require.False(t, ok)
	require.NoError(t, s.Put(person(3, "Cid")), "works again once there is room")
}

func TestFolderThatDoesNotExistIsNotCorruption(t *testing.T) {
	_, notice, err := Open(filepath.Join(t.TempDir(), "no", "such", "folder"), testKey)
	require.ErrorIs(t, err, ErrStore)
	require.NoError(t, notice)
}

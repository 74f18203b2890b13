package profiles

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"paravent/app/instance"
)

func names(t *testing.T, s Shelf) (list []string) {
	t.Helper()
	all, err := s.List()
	require.NoError(t, err)
	for _, p := range all {
		list = append(list, p.Name)
	}
	return list
}

func TestProfilesComeAndGo(t *testing.T) {
	s := At(filepath.Join(t.TempDir(), "paravent"))
	require.Equal(t, []string{""}, names(t, s))
	work, err := s.Create("  Work   2 ")
	require.NoError(t, err)
	home, err := s.Create("Élodie à la maison")
	require.NoError(t, err)
	require.Equal(t, []string{"", "Work 2", "Élodie à la maison"}, names(t, s))
	_, err = s.Create("wORK 2")
	require.ErrorIs(t, err, ErrNameTaken)
	require.ErrorIs(t, s.Rename(home.ID, "Work 2"), ErrNameTaken)
	require.NoError(t, s.Rename(home.ID, "Home"))
	require.NoError(t, s.Rename(home.ID, "HOME"), "one's own name in capitals")
	found, err := s.Find("home")
	require.NoError(t, err)
	require.Equal(t, home.Dir, found.Dir)
	require.NoError(t, s.Delete(work.ID))
	require.NoDirExists(t, work.Dir)
	require.Equal(t, []string{"", "HOME"}, names(t, s))
	again, err := s.Create("Work 2")
	require.NoError(t, err)
	require.NotEqual(t, work.Dir, again.Dir, "its key in the keyring goes by the folder")
}

func TestTheDefaultStays(t *testing.T) {
	s := At(t.TempDir())
	require.ErrorIs(t, s.Delete(""), ErrDefault)
	require.ErrorIs(t, s.Rename("", "x"), ErrDefault)
	require.ErrorIs(t, s.Delete("nobody"), ErrNotFound)
}

func TestNamesAreCareful(t *testing.T) {
	root := t.TempDir()
	s := At(root)
	for _, bad := range []string{"", "  ", "../x", "a/b", `a\b`, ".", "..", "a\x00b", "CON:", "a\u202eb", "<b>", "\xff", strings.Repeat("x", 41), strings.Repeat("x", 1<<20)} {
		_, err := s.Create(bad)
		require.ErrorIs(t, err, ErrBadName, "%.20q", bad)
	}
	for _, good := range []string{"CON", "名前", "a-b", strings.Repeat("é", 40)} {
		p, err := s.Create(good)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(root, "profiles"), filepath.Dir(p.Dir))
		require.Regexp(t, `^p-[a-z0-9]*-[0-9a-f]{12}$`, p.ID)
	}
}

func TestOneThatRunsIsNotDeleted(t *testing.T) {
	s := At(t.TempDir())
	p, err := s.Create("Work")
	require.NoError(t, err)
	require.False(t, Running(p.Dir))
	window, err := instance.Take(p.Dir)
	require.NoError(t, err)
	require.True(t, Running(p.Dir))
	require.ErrorIs(t, s.Delete(p.ID), instance.ErrRunning)
	require.NoError(t, window.Close())
	db, err := bolt.Open(filepath.Join(p.Dir, "people.db"), 0o600, nil) // as a phone without a window
	require.NoError(t, err)
	require.True(t, Running(p.Dir))
	require.ErrorIs(t, s.Delete(p.ID), instance.ErrRunning)
	require.DirExists(t, p.Dir)
	require.NoError(t, db.Close())
	require.False(t, Running(p.Dir))
	require.NoError(t, s.Delete(p.ID))
}

func TestWhatAPowerCutLeftIsNeverListedAndGoes(t *testing.T) {
	s := At(t.TempDir())
	p, err := s.Create("Work")
	require.NoError(t, err)
	left := filepath.Join(s.others(), trash+"old")
	require.NoError(t, os.Mkdir(left, 0o700))
	require.Equal(t, []string{"", "Work"}, names(t, s))
	require.NoError(t, s.Delete(p.ID))
	require.NoDirExists(t, left)
}

func TestADamagedNameIsTheFolder(t *testing.T) {
	s := At(t.TempDir())
	p, err := s.Create("Work")
	require.NoError(t, err)
	for _, damage := range []string{"", "{", `{"Name":"../x"}`, strings.Repeat(" ", maxFile+1)} {
		require.NoError(t, os.WriteFile(filepath.Join(p.Dir, nameFile), []byte(damage), 0o600))
		require.Equal(t, []string{"", p.ID}, names(t, s))
	}
}

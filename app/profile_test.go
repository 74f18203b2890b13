package app

import (
	"flag"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/instance"
	"paravent/app/phone"
	"paravent/app/profiles"
)

// ownShelf gives the test a configuration folder of its own.
func ownShelf(t *testing.T) profiles.Shelf {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	shelf, err := profiles.Own()
	require.NoError(t, err)
	return shelf
}

func parsed(t *testing.T, args ...string) (Options, error) {
	t.Helper()
	var o Options
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	o.Bind(fs)
	require.NoError(t, fs.Parse(args))
	return o, o.Check()
}

func TestProfileByName(t *testing.T) {
	shelf := ownShelf(t)
	work, err := shelf.Create("Work")
	require.NoError(t, err)
	o, err := parsed(t)
	require.NoError(t, err)
	require.Equal(t, shelf.Default().Dir, o.Profile)
	o, err = parsed(t, "--profile-name", "work")
	require.NoError(t, err)
	require.Equal(t, work.Dir, o.Profile)
	require.NoError(t, o.Check(), "checked twice, by main and by Open")
	_, err = parsed(t, "--profile-name", "worm")
	require.ErrorIs(t, err, profiles.ErrNotFound, "a typing error makes no profile")
	_, err = parsed(t, "--profile-name", "work", "--profile", t.TempDir())
	require.ErrorIs(t, err, errTwoProfiles)
}

func TestProfilesOfAPhone(t *testing.T) {
	shelf := ownShelf(t)
	a, err := Open(Options{Profile: shelf.Default().Dir, Unattended: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	require.Equal(t, []phone.Profile{{Current: true, Open: true}}, a.Profiles())
	work, err := a.CreateProfile("Work")
	require.NoError(t, err)
	require.NoError(t, a.RenameProfile("Work", "Office"))
	other, err := Open(Options{ProfileName: "office", Unattended: true})
	require.NoError(t, err)
	require.Equal(t, "Office", other.ProfileName())
	require.Empty(t, a.ProfileName())
	require.Equal(t, []phone.Profile{{Current: true, Open: true}, {ID: work.ID, Name: "Office", Open: true}}, a.Profiles())
	require.ErrorIs(t, a.DeleteProfile("Office"), instance.ErrRunning, "a phone without a window has it")
	require.ErrorIs(t, other.DeleteProfile("office"), ErrOwnProfile)
	require.NoError(t, other.Close())
	require.NoError(t, a.DeleteProfile("Office"))
	require.Len(t, a.Profiles(), 1)
}

func TestAProfileElsewhere(t *testing.T) {
	ownShelf(t)
	dir := filepath.Join(t.TempDir(), "stick")
	a, err := Open(Options{Profile: dir, Unattended: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	require.Equal(t, "stick", a.ProfileName())
	list := a.Profiles()
	require.Equal(t, phone.Profile{ID: dir, Name: "stick", Current: true, Open: true, Elsewhere: true}, list[len(list)-1])
}

package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

const goodPassphrase = uitest.Passphrase

var (
	errInProfile = phone.NewFault("backup-into-profile")
	errNotSaved  = phone.NewFault("backup-not-saved")
)

// atHome gives file dialogs a home to begin in.
func atHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	return home
}

// makeBackup opens the dialog and types a passphrase.
func makeBackup(w *Window, s uitest.Screen) {
	words := w.env.Words
	w.main.open(pagePrefs)
	s.Tap(words.T("backup.make"))
	s.Type(words.T("passphrase.new-hint"), goodPassphrase)
	s.Type(words.T("passphrase.again-hint"), goodPassphrase)
}

func TestBackupIsSavedWhereItIsSaid(t *testing.T) {
	home := atHome(t)
	require.NoError(t, os.Mkdir(filepath.Join(home, "Stick"), 0o700))
	f := uitest.New()
	w, s := open(t, f)
	makeBackup(w, s)
	require.True(t, s.Sees("Good, if nobody"))
	s.Tap("Another folder…")
	s.PickFile("Stick")
	s.Tap("Choose")
	s.Tap("Without the history")
	s.Tap("Save the backup")
	path := filepath.Join(home, "Stick", "paravent-2026-11-23.age")
	require.Equal(t, "backup "+path+" "+goodPassphrase+" [history]", acts(f))
	require.True(t, s.Sees("The backup is saved"))
	require.True(t, s.Sees(path))
	s.Tap("Close")
	require.True(t, s.Sees("Last backup from this window: "+path))
}

func TestBackupTellsWhatIsWrongInPlace(t *testing.T) {
	atHome(t)
	f := uitest.New()
	w, s := open(t, f)
	w.main.open(pagePrefs)
	s.Tap("Make a backup…")
	first, again := "Four random words, for example", "So that no slip locks you out"
	s.Tap("Save the backup")
	require.True(t, s.Sees("must have at least 8"))
	s.Type(first, "éèàùêîô")
	require.False(t, s.Sees("must have at least 8"))
	require.True(t, s.Sees("Too short"), "seven characters, more bytes")
	s.Type(first, "aaaaaaaaaaaaaaaaaaaa")
	require.True(t, s.Sees("Good enough against the curious"), "long, and of one letter")
	s.Type(first, goodPassphrase)
	s.Type(again, goodPassphrase+"!")
	s.Tap("Save the backup")
	require.True(t, s.Sees("not the same"))
	s.Type(again, goodPassphrase)

	name := s.Entries()[2]
	for _, bad := range []string{"", "  ", "..", "a/b", "."} {
		name.SetText(bad)
		s.Tap("Save the backup")
		require.True(t, s.Sees("a name without slashes"), bad)
	}
	require.Empty(t, acts(f), "nothing was asked of the phone yet")
	name.SetText("mine")
	for want, err := range map[string]error{
		"The disk is full": phone.ErrDiskFull, "cannot lie in the folder of the profile": errInProfile, "could not be written there": errNotSaved,
	} {
		f.Fail(err)
		s.Tap("Save the backup")
		require.True(t, s.Sees(want))
	}
	require.True(t, strings.HasSuffix(strings.Fields(acts(f))[1], "mine.age"), "found again by its ending")
	s.Tap("Save the backup")
	require.True(t, s.Sees("The backup is saved"), "everything typed was still there")
}

func TestBackupShowsThePassphraseOnlyWhenAsked(t *testing.T) {
	atHome(t)
	w, s := open(t, uitest.New())
	makeBackup(w, s)
	require.True(t, s.Entries()[0].Password && s.Entries()[1].Password)
	s.Tap("Show what I type")
	require.False(t, s.Entries()[0].Password || s.Entries()[1].Password)
	s.Tap("Show what I type")
	require.True(t, s.Entries()[0].Password && s.Entries()[1].Password)
}

func TestBackupAsksBeforeItReplacesAFile(t *testing.T) {
	home := atHome(t)
	older := filepath.Join(home, "paravent-2026-11-23.age")
	require.NoError(t, os.WriteFile(older, []byte("older"), 0o600))
	f := uitest.New()
	w, s := open(t, f)
	makeBackup(w, s)
	s.Tap("Save the backup")
	require.True(t, s.Sees("is there already"))
	s.Tap("Cancel")
	require.Empty(t, acts(f))
	text, err := os.ReadFile(older)
	require.NoError(t, err)
	require.Equal(t, "older", string(text), "asking empties nothing")
	s.Tap("Save the backup")
	s.Tap("Replace it")
	require.Contains(t, acts(f), older)
	require.True(t, s.Sees("The backup is saved"))
}

// held keeps work back until it is let go, as a slow disk does.
type held []func() func()

func (h *held) spawn(work func() func()) { *h = append(*h, work) }

func (h *held) letGo() {
	for len(*h) > 0 {
		work := (*h)[0]
		*h = (*h)[1:]
		if done := work(); done != nil {
			done()
		}
	}
}

func TestBackupIsBusyMeanwhile(t *testing.T) {
	atHome(t)
	f := uitest.New()
	var slow held
	w, s := openWith(t, f, slow.spawn)
	slow.letGo()
	makeBackup(w, s)
	slow.letGo()
	s.Tap("Save the backup")
	require.True(t, s.Sees("Encrypting and writing…"))
	s.Tap("Save the backup")
	s.Tap("Cancel")
	require.Len(t, slow, 1, "one at a time")
	slow.letGo()
	require.True(t, s.Sees("The backup is saved"))
	s.Tap("Close")

	makeBackup(w, s)
	s.Tap("Save the backup")
	f.Ring(f.Person("Mei Lin"), false)
	keys := w.win.Canvas().OnTypedKey()
	slow.letGo()
	require.True(t, s.Sees("Mei Lin"), "a call took the dialog's place and keeps it")
	require.NotNil(t, keys)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	require.Equal(t, 2, strings.Count(acts(f), "backup "))
}

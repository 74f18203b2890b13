package ui

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

var (
	errDamaged   = phone.NewFault("backup-damaged")
	errNameTaken = phone.NewFault("profile-name-taken")
)

// firstStart opens the window of a phone that nobody has set up; restoring
// answers with next and fail.
func firstStart(t *testing.T, next *uitest.Fake, fail func() error) (*uitest.Fake, *Window, uitest.Screen) {
	t.Helper()
	t.Setenv("PARAVENT_RENDER", "raster")
	f := freshEnglish()
	w := newWindow(test.NewTempApp(t), f, still())
	w.OfferRestore(func(_, passphrase string) (Phone, error) {
		if err := fail(); err != nil {
			return next, err
		}
		require.Equal(t, uitest.Passphrase, passphrase)
		return next, nil
	})
	w.Show()
	t.Cleanup(w.Close)
	return f, w, uitest.Screen{T: t, Window: w.win}
}

func never() error { return nil }

// checkBackup types where a backup lies and what opens it.
func checkBackup(w *Window, s uitest.Screen, path, passphrase string) {
	words := w.env.Words
	s.Type(words.T("restore.file-hint"), path)
	s.Type(words.T("restore.passphrase-hint"), passphrase)
	s.Tap(words.T("restore.check"))
}

func TestFirstStartFromABackup(t *testing.T) {
	home := atHome(t)
	require.NoError(t, os.WriteFile(filepath.Join(home, "mine.age"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(home, "notes.pdf"), nil, 0o600))
	ada := french(uitest.New())
	f, w, s := firstStart(t, ada, never)
	s.Tap("I have a backup…")
	s.Tap("Choose…")
	require.False(t, s.Sees("notes.pdf"))
	s.PickFile("mine.age")
	s.Tap("Open")
	s.Type("The one that you gave this file", uitest.Passphrase)
	s.Key(fyne.KeyReturn)
	for _, part := range []string{"Ada Lovelace", "Contacts: 12", "history: 340", "20 Nov", "one place only"} {
		require.True(t, s.Sees(part), part)
	}
	require.False(t, s.Sees("new link"))
	require.Equal(t, "read "+filepath.Join(home, "mine.age"), acts(f))
	require.Zero(t, ada.Subscribers(), "nothing happened yet")

	s.Tap("Restore")
	require.Zero(t, f.Subscribers())
	require.Equal(t, 1, ada.Subscribers())
	require.Equal(t, 1, ada.Started())
	require.Zero(t, f.Started())
	require.Nil(t, w.asks)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	require.True(t, s.Sees("Élodie Martin"), "their people")
	require.True(t, s.Sees("Réglages"), "in their language")
	remote, _ := ada.Screens()
	require.NotNil(t, remote)
	id, err := ada.Call(ada.Person("Mei Lin").ID, false)
	require.NoError(t, err)
	require.Equal(t, id, w.call.ID(), "its events reach the window")
}

func TestFirstStartTellsWhyABackupCannotBeRead(t *testing.T) {
	f, w, s := firstStart(t, uitest.New(), never)
	s.Tap("I have a backup…")
	s.Tap("Check")
	require.True(t, s.Sees("choose the file"))
	s.Type("Its place on this computer", "/b.age")
	require.False(t, s.Sees("choose the file"))
	s.Tap("Check")
	require.True(t, s.Sees("type the passphrase"))
	require.Empty(t, acts(f))
	checkBackup(w, s, "/b.age", "guess")
	require.True(t, s.Sees("The passphrase is wrong"))
	require.Equal(t, "guess", s.Entry("The one that you gave this file").Text)
	f.Fail(errDamaged)
	checkBackup(w, s, "/b.age", uitest.Passphrase)
	require.True(t, s.Sees("cut off or was altered"))
	s.Tap("Check")
	require.True(t, s.Sees("Ada Lovelace"))
	s.Tap("Back")
	require.False(t, s.Sees("Ada Lovelace"))
	s.Tap("Cancel")
	require.True(t, s.Sees("Begin"), "the first start goes on")
}

func TestFirstStartGoesOnWhereRestoringFails(t *testing.T) {
	again := freshEnglish()
	fails := 1
	f, w, s := firstStart(t, again, func() error {
		if fails--; fails >= 0 {
			return phone.ErrDiskFull
		}
		return nil
	})
	s.Tap("I have a backup…")
	checkBackup(w, s, "/server-here.age", uitest.Passphrase)
	require.True(t, s.Sees("new link"), "the old server is not in the file")
	s.Tap("Restore")
	require.True(t, s.Sees("The disk is full"))
	require.Zero(t, f.Subscribers(), "it was closed; the same profile was opened again")
	require.Equal(t, 1, again.Subscribers())
	s.Tap("Back")
	s.Tap("Cancel")
	s.Type("Shown to the people you call", "Grace")
	s.Tap("Begin")
	require.Equal(t, "Grace", again.Settings().Name)
	require.Empty(t, f.Settings().Name, "nobody writes to a closed phone")
	require.Equal(t, 1, again.Started())
}

// A backup of a phone that was never given a name asks for one.
func TestFirstStartFromABackupWithoutAName(t *testing.T) {
	next := freshEnglish()
	require.NoError(t, next.UpdateSettings(func(s *settings.Settings) {
		s.Server = settings.Server{Mode: settings.ServerRemote, Address: uitest.ServerAddress}
	}))
	_, w, s := firstStart(t, next, never)
	s.Tap("I have a backup…")
	checkBackup(w, s, "/b.age", uitest.Passphrase)
	s.Tap("Restore")
	require.NotNil(t, w.asks)
	require.Zero(t, next.Started())
	s.Type("Shown to the people you call", "Ada")
	s.Tap("Begin")
	require.Equal(t, 1, next.Started())
}

// Where the phone cannot be replaced, nothing offers it.
func TestFirstStartOffersNoBackupToAScript(t *testing.T) {
	_, s := open(t, freshEnglish())
	require.Nil(t, s.Find("I have a backup…"))
}

// Nothing can be begun, closed or typed while a backup is restored.
func TestRestoringIsBusyMeanwhile(t *testing.T) {
	t.Setenv("PARAVENT_RENDER", "raster")
	ada := uitest.New()
	var slow held
	real := still()
	real.spawn = slow.spawn
	w := newWindow(test.NewTempApp(t), freshEnglish(), real)
	w.OfferRestore(func(string, string) (Phone, error) { return ada, nil })
	w.Show()
	t.Cleanup(w.Close)
	s := uitest.Screen{T: t, Window: w.win}
	slow.letGo()
	s.Tap("I have a backup…")
	checkBackup(w, s, "/b.age", uitest.Passphrase)
	require.True(t, s.Sees("Opening the file…"))
	s.Tap("Check")
	require.Len(t, slow, 1)
	slow.letGo()
	s.Tap("Restore")
	require.True(t, s.Sees("Restoring…"))
	s.Tap("Restore")
	s.Tap("Back")
	w.win.Canvas().Unfocus()
	s.Key(fyne.KeyEscape)
	require.Len(t, slow, 1)
	require.True(t, s.Sees("Restoring…"), "still there")
	slow.letGo()
	slow.letGo()
	require.Equal(t, 1, ada.Started())
	require.True(t, s.Sees("Élodie Martin"))
}

func TestNewProfileFromABackup(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.main.open(pagePrefs)
	s.Tap("New profile from a backup…")
	checkBackup(w, s, "/b.age", uitest.Passphrase)
	require.True(t, s.Sees("one place only"))
	name := s.Entry("Seen by you only, for example Work")
	require.Equal(t, "Ada Lovelace", name.Text)
	f.Fail(errNameTaken)
	s.Tap("Restore and open it")
	require.True(t, s.Sees("Another profile has this name"))
	s.Type("Seen by you only, for example Work", "Ada")
	s.Tap("Restore and open it")
	require.Contains(t, acts(f), "open p-Ada")
	require.Len(t, f.Profiles(), 4)
	require.Equal(t, "Camille Roux", f.Self().Name)
	require.Nil(t, w.win.Canvas().Overlays().Top())

	s.Tap("New profile from a backup…")
	checkBackup(w, s, "/own.age", uitest.Passphrase)
	require.True(t, s.Sees("the very person of this window"))
	require.False(t, s.Sees("one place only"))
	s.Key(fyne.KeyEscape)
	require.Len(t, f.Profiles(), 4, "cancelled")
}

// restoreScenes are what the dialogs of restoring look like, over the first
// start or the settings.
func restoreScenes() map[string]func(*Window, uitest.Screen) {
	return map[string]func(*Window, uitest.Screen){
		"restore-offer": func(*Window, uitest.Screen) {},
		"restore-wrong": func(w *Window, s uitest.Screen) {
			s.Tap(w.env.Words.T("restore.offer"))
			checkBackup(w, s, "/home/ada/paravent-2026-11-20.age", "guess")
		},
		"restore-found": func(w *Window, s uitest.Screen) {
			s.Tap(w.env.Words.T("restore.offer"))
			checkBackup(w, s, "/server-here.age", uitest.Passphrase)
		},
		"restore-profile": func(w *Window, s uitest.Screen) {
			next := uitest.New()
			_ = next.UpdateSettings(func(v *settings.Settings) { v.Language = w.lang })
			w.continueWith(next, true)
			w.main.open(pagePrefs)
			s.Tap(w.env.Words.T("profiles.restore"))
			checkBackup(w, s, "/b.age", uitest.Passphrase)
		},
	}
}

func TestRestoreLook(t *testing.T) {
	for name, play := range restoreScenes() {
		for _, lang := range []string{"en", "fr"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				f, w, s := firstStart(t, uitest.New(), never)
				if lang == "fr" {
					french(f)
					w.speak()
					w.begin()
				}
				play(w, s)
				uitest.Markup(t, name+"-"+lang, test.RenderToMarkup(w.win.Canvas()))
			})
		}
	}
}

package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/backup"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/settings"
)

// savedAt writes a backup's file and returns its path.
func savedAt(t *testing.T, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.age")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	return path
}

// aLife is a profile with something of everything, made once: reckoning a
// backup's key takes a second.
var aLife struct {
	once  sync.Once
	lived lived
}

func someLife(t *testing.T) lived {
	t.Helper()
	aLife.once.Do(func() {
		aLife.lived = livedIn(t, Options{Profile: filepath.Join(t.TempDir(), "old"), Unattended: true})
	})
	require.NotEmpty(t, aLife.lived.file)
	return aLife.lived
}

// opened is a phone that nobody has set up.
func opened(t *testing.T, unattended bool) *App {
	t.Helper()
	a, err := Open(Options{Profile: t.TempDir(), Unattended: unattended})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// requireAsItWas opens and changes the phone that goes on after a failure.
func requireAsItWas(t *testing.T, a *App, id string) {
	t.Helper()
	require.Equal(t, id, a.Self().ID)
	require.Empty(t, a.Contacts())
	requireOnlyProfile(t, a.opts.Profile)
	_, err := a.opts.keyring(stagedKey).Load()
	require.ErrorIs(t, err, identity.ErrNoIdentity)
	require.NoError(t, a.UpdateSettings(func(s *settings.Settings) { s.Language = "fr" }), "it is open")
	require.NoError(t, a.UpdateSettings(func(s *settings.Settings) { s.Language = "" }))
}

func TestRestoreHereBecomesThatPerson(t *testing.T) {
	withKeyring(t)
	for name, unattended := range map[string]bool{"key in the keyring": false, "key in a file": true} {
		t.Run(name, func(t *testing.T) {
			old := someLife(t)
			fresh := opened(t, unattended)
			id, path := fresh.Self().ID, savedAt(t, old.file)

			next, err := fresh.RestoreHere(path, "something else")
			require.ErrorIs(t, err, identity.ErrWrongPassphrase)
			require.Same(t, fresh, next, "nothing was closed")
			requireAsItWas(t, next, id)

			next, err = fresh.RestoreHere(path, backupPassphrase)
			require.NoError(t, err)
			require.Equal(t, old.self, next.Self().ID)
			require.Equal(t, old.contacts, next.Contacts())
			require.NoError(t, next.Close())
			requireOnlyProfile(t, next.opts.Profile)
			old.requireIn(t, next.opts)
		})
	}
}

// What fails after the phone was closed leaves it as it was, open again.
func TestRestoreHereFailsWithoutATrace(t *testing.T) {
	withKeyring(t)
	var bad bytes.Buffer
	require.NoError(t, backup.Write(&bad, backupPassphrase, backup.Contents{Seed: make([]byte, 32), Contacts: []phone.Contact{{ID: "x"}}}))
	path := savedAt(t, bad.Bytes())
	for _, unattended := range []bool{false, true} {
		fresh := opened(t, unattended)
		id, token := fresh.Self().ID, fresh.door.Token()
		next, err := fresh.RestoreHere(path, backupPassphrase)
		require.ErrorIs(t, err, backup.ErrDamaged)
		t.Cleanup(func() { _ = next.Close() })
		requireAsItWas(t, next, id)
		require.Equal(t, token, next.door.Token())
		_, err = next.RestoreHere(filepath.Join(t.TempDir(), "none"), backupPassphrase)
		require.ErrorIs(t, err, ErrBackupNotRead)
		_, err = next.RestoreHere(t.TempDir(), backupPassphrase)
		require.ErrorIs(t, err, ErrBackupNotRead, "a folder")
	}
}

// Whatever of a person is in a phone keeps it.
func TestRestoreHereNeverReplacesAPerson(t *testing.T) {
	for name, live := range map[string]func(a *App) error{
		"a name":    func(a *App) error { return a.settings.Set("name", json.RawMessage(`"Me"`)) },
		"a server":  func(a *App) error { return a.settings.Set("server.mode", json.RawMessage(`"embedded"`)) },
		"a contact": func(a *App) error { return a.people.Put(phone.Contact{ID: contactID(1), Name: "Ann"}) },
		"a past": func(a *App) error {
			_, err := a.people.AddHistory(phone.HistoryEntry{At: time.Now()})
			return err
		},
		"somebody blocked": func(a *App) error { return a.BlockPerson(phone.Person{ID: contactID(9), Name: "Eve"}) },
		"a tunnel":         func(a *App) error { return a.people.Blobs(tunnelBlobs).Put(tunnelKey, []byte("x")) },
		"a link somebody may have": func(a *App) error {
			a.opts.Server = EmbeddedServer
			return a.Start()
		},
	} {
		t.Run(name, func(t *testing.T) {
			fresh := opened(t, true)
			require.NoError(t, live(fresh))
			next, err := fresh.RestoreHere("never read", backupPassphrase)
			require.ErrorIs(t, err, ErrProfileUsed)
			require.Same(t, fresh, next)
		})
	}
}

// The mark of having been reachable outlives the process.
func TestRestoreHereKnowsOfALinkFromEarlier(t *testing.T) {
	first := opened(t, true)
	opts := first.opts
	first.opts.Server = EmbeddedServer
	require.NoError(t, first.Start())
	require.NoError(t, first.Close())
	again, err := Open(opts)
	require.NoError(t, err)
	defer func() { _ = again.Close() }()
	_, err = again.RestoreHere("never read", backupPassphrase)
	require.ErrorIs(t, err, ErrProfileUsed)
}

// Killed after its rename, a restoring over a fresh phone happens when that is
// opened, however many files were moved.
func TestRestoreHereThatWasKilled(t *testing.T) {
	withKeyring(t)
	old := someLife(t)
	c, err := backup.Read(bytes.NewReader(old.file), backupPassphrase)
	require.NoError(t, err)
	for _, unattended := range []bool{false, true} {
		for moved := range 4 {
			fresh := opened(t, unattended)
			opts := fresh.opts
			require.NoError(t, fresh.Close())
			require.NoError(t, opts.stage(c, !unattended))
			require.NoError(t, os.Rename(filepath.Join(opts.Profile, restoring), filepath.Join(opts.Profile, restored)))
			entries, err := os.ReadDir(filepath.Join(opts.Profile, restored))
			require.NoError(t, err)
			for _, e := range entries[:min(moved, len(entries))] {
				require.NoError(t, os.Rename(filepath.Join(opts.Profile, restored, e.Name()), filepath.Join(opts.Profile, e.Name())))
			}
			old.requireIn(t, opts)
			requireOnlyProfile(t, opts.Profile)
		}
	}
}

// testsBegan is before the backup that tests share was made, to the second as
// the time in it is.
var testsBegan = time.Now().Truncate(time.Second)

func TestReadBackupTellsWhatIsInIt(t *testing.T) {
	old := someLife(t)
	a := opened(t, true)
	about, err := a.ReadBackup(savedAt(t, old.file), backupPassphrase)
	require.NoError(t, err)
	require.WithinRange(t, about.Made, testsBegan, time.Now())
	about.Made = time.Time{}
	require.Equal(t, phone.BackupContents{ID: old.self, Name: "Me", People: 3, Entries: 3}, about)

	var here bytes.Buffer
	require.NoError(t, backup.Write(&here, backupPassphrase, backup.Contents{Seed: make([]byte, 32), Settings: map[string]json.RawMessage{"server.mode": json.RawMessage(`"embedded"`)}}))
	about, err = a.ReadBackup(savedAt(t, here.Bytes()), backupPassphrase)
	require.NoError(t, err)
	require.True(t, about.ServerHere)
	for want, file := range map[*phone.Fault][]byte{backup.ErrDamaged: old.file[:len(old.file)-9], backup.ErrForeign: []byte("BEGIN:VCARD")} {
		_, err = a.ReadBackup(savedAt(t, file), backupPassphrase)
		require.ErrorIs(t, err, want)
	}
	require.Empty(t, a.Contacts())
}

// A new profile from a backup is there as a whole or not at all, and the phone
// that makes it stays who it is.
func TestRestoreProfile(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	withKeyring(t)
	old := someLife(t)
	a, err := Open(Options{})
	require.NoError(t, err)
	defer func() { _ = a.Close() }()
	self := a.Self().ID
	var bad bytes.Buffer
	require.NoError(t, backup.Write(&bad, backupPassphrase, backup.Contents{Seed: make([]byte, 32), Contacts: []phone.Contact{{ID: "x"}}}))
	for want, try := range map[error]func() (phone.Profile, error){
		identity.ErrWrongPassphrase: func() (phone.Profile, error) { return a.RestoreProfile("Old", savedAt(t, old.file), "something else") },
		backup.ErrDamaged: func() (phone.Profile, error) {
			return a.RestoreProfile("Old", savedAt(t, bad.Bytes()), backupPassphrase)
		},
	} {
		_, err := try()
		require.ErrorIs(t, err, want)
		require.Len(t, a.Profiles(), 1)
	}
	p, err := a.RestoreProfile("Old", savedAt(t, old.file), backupPassphrase)
	require.NoError(t, err)
	require.Len(t, a.Profiles(), 2)
	require.Equal(t, self, a.Self().ID)
	old.requireIn(t, Options{ProfileName: p.Name})
	_, err = a.RestoreProfile("old", savedAt(t, old.file), backupPassphrase)
	require.Error(t, err, "the name is taken")
	require.Len(t, a.Profiles(), 2)
}

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"paravent/app/backup"
	"paravent/app/identity"
	"paravent/app/phone"
)

const backupPassphrase = "correct horse battery"

// lived is a profile with something of everything, closed again, and what a
// backup of it must bring back.
type lived struct {
	self     string
	contacts []phone.Contact
	history  []phone.HistoryEntry
	secrets  map[string][]byte
	blocked  []phone.Person
	file     []byte
}

func livedIn(t *testing.T, opts Options) lived {
	t.Helper()
	a, err := Open(opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	for i, name := range []string{"Ann", "Bob", "Zoé"} {
		require.NoError(t, a.people.Put(phone.Contact{ID: contactID(i), Name: name, Blocked: i == 1, Permission: phone.PermissionNever, Trust: phone.Verified}))
		_, err := a.people.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall, Reason: phone.Missed, At: time.Now().Add(time.Duration(i-9) * time.Hour).UTC(), Peer: phone.Person{Name: name}})
		require.NoError(t, err)
	}
	for key, value := range map[string]string{"name": `"Me"`, "privacy.constant_bitrate": "true", "calls.audience": `["verified"]`, "audio.speaker": `"Desk"`, "privacy.vpn_device": `"wg7"`} {
		require.NoError(t, a.settings.Set(key, json.RawMessage(value)))
	}
	require.NoError(t, a.people.Blobs(tunnelBlobs).Put(tunnelKey, []byte("with its keys")))
	require.NoError(t, a.BlockPerson(phone.Person{ID: contactID(9), Name: "Eve"}))
	require.NoError(t, a.people.Blobs("courier").Put("courier/replay/0", []byte("seen")))
	var file bytes.Buffer
	require.NoError(t, a.Backup(&file, backupPassphrase))
	return lived{a.Self().ID, a.Contacts(), a.History(0), secretsOf(t, a), a.Blocked(), file.Bytes()}
}

// secretsOf are all of them, as they are stored.
func secretsOf(t *testing.T, a *App) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, b := range secrets {
		value, err := a.people.Blobs(b.Part).Get(b.Key)
		require.NoError(t, err)
		require.NotEmpty(t, value, b)
		all[b.Part+"/"+b.Key] = value
	}
	return all
}

func contactID(n int) string {
	return string(bytes.Repeat([]byte{"abcdef0123456789"[n]}, 64))
}

func (l lived) requireIn(t *testing.T, opts Options) {
	t.Helper()
	a, err := Open(opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	require.Equal(t, l.self, a.Self().ID)
	require.Equal(t, l.contacts, a.Contacts())
	require.Equal(t, l.history, a.History(0))
	require.Zero(t, a.Unseen(), "what is restored is no news")
	s := a.settings.Current()
	require.Equal(t, "Me", s.Name)
	require.True(t, s.Privacy.ConstantBitrate)
	require.Equal(t, "wg7", s.Privacy.VPNDevice, "a way out is never widened")
	require.Empty(t, s.Audio.Speaker, "devices are this computer's")
	require.Equal(t, l.secrets, secretsOf(t, a))
	require.Equal(t, l.blocked, a.Blocked(), "a backup lets nobody in")
	seen, err := a.people.Blobs("courier").Get("courier/replay/0")
	require.NoError(t, err)
	require.Nil(t, seen, "nothing stale of the courier comes back")
	added, err := a.people.AddHistory(phone.HistoryEntry{At: time.Now()})
	require.NoError(t, err)
	require.Greater(t, added, l.history[0].ID)
}

func TestBackupBringsEverythingBack(t *testing.T) {
	withKeyring(t)
	for name, unattended := range map[string]bool{"into the keyring": false, "into a file": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			old := livedIn(t, Options{Profile: filepath.Join(dir, "old"), Unattended: unattended})
			opts := Options{Profile: filepath.Join(dir, "new"), Unattended: unattended}
			require.NoError(t, opts.Restore(bytes.NewReader(old.file), backupPassphrase))
			hasKey, err := exists(filepath.Join(opts.Profile, keyFile))
			require.NoError(t, err)
			require.Equal(t, unattended, hasKey)
			_, err = opts.keyring(stagedKey).Load()
			require.ErrorIs(t, err, identity.ErrNoIdentity)
			requireOnlyProfile(t, opts.Profile)
			old.requireIn(t, opts)
			require.ErrorIs(t, opts.Restore(bytes.NewReader(old.file), backupPassphrase), ErrProfileUsed)
		})
	}
}

func requireOnlyProfile(t *testing.T, profile string) {
	t.Helper()
	entries, err := os.ReadDir(profile)
	require.NoError(t, err)
	for _, e := range entries {
		require.Contains(t, []string{keyFile, peopleFile, "settings.json"}, e.Name())
	}
}

func TestBackupWithoutHistory(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	require.NoError(t, err)
	defer func() { _ = a.Close() }()
	_, err = a.people.AddHistory(phone.HistoryEntry{At: time.Now()})
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, a.Backup(&file, backupPassphrase, phone.BackupHistory))
	c, err := backup.Read(&file, backupPassphrase)
	require.NoError(t, err)
	require.Empty(t, c.History)
	require.ErrorIs(t, a.Backup(&file, "short"), backup.ErrPassphrase)
}

// Nothing is written before all of the backup was checked, and nothing of a
// used profile changes.
func TestRestoreIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	withKeyring(t)
	old := livedIn(t, Options{Profile: filepath.Join(t.TempDir(), "old"), Unattended: true})
	var bad bytes.Buffer
	require.NoError(t, backup.Write(&bad, backupPassphrase, backup.Contents{Seed: make([]byte, 32), Contacts: []phone.Contact{{ID: "x"}}}))
	var newer bytes.Buffer
	require.NoError(t, backup.Write(&newer, backupPassphrase, backup.Contents{Seed: make([]byte, 32), Settings: map[string]json.RawMessage{"privacy.shield": json.RawMessage("1")}}))
	for name, row := range map[string]struct {
		file       []byte
		passphrase string
		want       *phone.Fault
	}{
		"wrong passphrase": {old.file, "something else", identity.ErrWrongPassphrase},
		"cut":              {old.file[:len(old.file)-9], backupPassphrase, backup.ErrDamaged},
		"foreign":          {[]byte("BEGIN:VCARD"), backupPassphrase, backup.ErrForeign},
		"bad contact":      {bad.Bytes(), backupPassphrase, backup.ErrDamaged},
		"newer":            {newer.Bytes(), backupPassphrase, backup.ErrNewer},
	} {
		profile := filepath.Join(t.TempDir(), "new")
		require.ErrorIs(t, Restore(profile, bytes.NewReader(row.file), row.passphrase), row.want, name)
		entries, err := os.ReadDir(profile)
		require.True(t, errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0, name)
		_, err = (&Options{Profile: profile}).keyring("").Load()
		require.ErrorIs(t, err, identity.ErrNoIdentity, name)
	}
	requireUsed(t, old)
}

func requireUsed(t *testing.T, old lived) {
	t.Helper()
	inKeyring := Options{Profile: filepath.Join(t.TempDir(), "keyring")}
	_, err := openAndClose(t, inKeyring)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(inKeyring.Profile))
	withFile, withPeople := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(withFile, keyFile), []byte("x"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(withPeople, peopleFile), []byte("x"), 0o600))
	for _, profile := range []string{inKeyring.Profile, withFile, withPeople} {
		require.ErrorIs(t, Restore(profile, bytes.NewReader(old.file), backupPassphrase), ErrProfileUsed)
	}
	keyring.MockInitWithError(errors.New("locked"))
	require.ErrorIs(t, Restore(filepath.Join(t.TempDir(), "p"), bytes.NewReader(old.file), backupPassphrase), identity.ErrKeyring)
	locked := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(locked, "file"), nil, 0o600))
	require.ErrorIs(t, Restore(filepath.Join(locked, "file"), bytes.NewReader(old.file), backupPassphrase), ErrProfile)
}

// A restoring that was killed before its rename did not happen; after it, it
// happens when the profile is opened, also when it was killed again in that.
func TestRestoreThatWasKilled(t *testing.T) {
	withKeyring(t)
	for name, unattended := range map[string]bool{"into the keyring": false, "into a file": true} {
		t.Run(name, func(t *testing.T) {
			old := livedIn(t, Options{Profile: filepath.Join(t.TempDir(), "old"), Unattended: unattended})
			c, err := backup.Read(bytes.NewReader(old.file), backupPassphrase)
			require.NoError(t, err)
			before := Options{Profile: t.TempDir(), Unattended: unattended}
			require.NoError(t, before.stage(c, !unattended))
			id, err := openAndClose(t, before)
			require.NoError(t, err)
			require.NotEqual(t, old.self, id)
			requireOnlyProfile(t, before.Profile)
			for moved := range 4 {
				after := Options{Profile: t.TempDir(), Unattended: unattended}
				require.NoError(t, after.stage(c, !unattended))
				require.NoError(t, os.Rename(filepath.Join(after.Profile, restoring), filepath.Join(after.Profile, restored)))
				entries, err := os.ReadDir(filepath.Join(after.Profile, restored))
				require.NoError(t, err)
				for _, e := range entries[:min(moved, len(entries))] {
					require.NoError(t, os.Rename(filepath.Join(after.Profile, restored, e.Name()), filepath.Join(after.Profile, e.Name())))
				}
				old.requireIn(t, after)
				requireOnlyProfile(t, after.Profile)
			}
		})
	}
}

func TestBackupIntoAFile(t *testing.T) {
	dir := t.TempDir()
	profile := filepath.Join(dir, "p")
	a, err := Open(Options{Profile: profile, Unattended: true})
	require.NoError(t, err)
	defer func() { _ = a.Close() }()
	path := filepath.Join(dir, "backup.age")
	require.NoError(t, os.WriteFile(path, []byte("older"), 0o644))
	require.NoError(t, a.BackupTo(path, backupPassphrase))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Error(t, a.BackupTo(path, "short"), "and the one before stays")
	require.NoError(t, Restore(filepath.Join(dir, "q"), openFile(t, path), backupPassphrase))
	require.NoError(t, os.Symlink(profile, filepath.Join(dir, "link")))
	for bad, want := range map[string]*phone.Fault{
		filepath.Join(dir, "none", "x"):           ErrBackupNotSaved,
		dir:                                       ErrBackupNotSaved,
		filepath.Join(profile, "people.db"):       ErrBackupPlace,
		filepath.Join(profile, "new.age"):         ErrBackupPlace,
		filepath.Join(dir, "link", "people.db"):   ErrBackupPlace,
		filepath.Join(profile, "..", "p", "x.db"): ErrBackupPlace,
	} {
		require.ErrorIs(t, a.BackupTo(bad, backupPassphrase), want, bad)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 4, "nothing half-written is left")
}

func openFile(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

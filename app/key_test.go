package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/backup"
	"paravent/app/identity"
	"paravent/app/phone"
)

const keyPassphrase = "four random words here"

// noKeyring is a window's phone on a desktop without a keyring.
func noKeyring(t *testing.T) Options {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+dir+"/no-bus")
	t.Setenv(PassphraseVariable, "")
	return Options{Profile: filepath.Join(dir, "profile")}
}

func TestKeyGetsAPassphraseAndLosesItAgain(t *testing.T) {
	opts := noKeyring(t)
	a, err := Open(opts)
	require.NoError(t, err)
	id := a.Self().ID
	require.Equal(t, phone.KeyInClear, a.KeyPlace())
	require.ErrorIs(t, a.ProtectKey("", "seven c"), backup.ErrPassphrase)
	require.NoError(t, a.ProtectKey("", keyPassphrase))
	require.Equal(t, phone.KeyWithSecret, a.KeyPlace())
	require.ErrorIs(t, a.ProtectKey("", ""), identity.ErrWrongPassphrase)
	require.ErrorIs(t, a.ProtectKey("not this one", ""), identity.ErrWrongPassphrase)
	require.NoError(t, a.Close())
	require.ErrorIs(t, a.ProtectKey(keyPassphrase, ""), phone.ErrClosed)

	_, err = openAndClose(t, opts)
	require.ErrorIs(t, err, identity.ErrLocked)
	opts.Passphrase = "not this one"
	_, err = openAndClose(t, opts)
	require.ErrorIs(t, err, identity.ErrWrongPassphrase)
	t.Setenv(PassphraseVariable, keyPassphrase)
	_, err = openAndClose(t, opts)
	require.ErrorIs(t, err, identity.ErrWrongPassphrase, "what was typed counts")
	opts.Passphrase = ""
	a, err = Open(opts)
	require.NoError(t, err)
	require.Equal(t, id, a.Self().ID)
	require.Equal(t, phone.KeyWithSecret, a.KeyPlace())
	require.Empty(t, a.notices)

	require.NoError(t, a.ProtectKey(keyPassphrase, ""))
	require.NoError(t, a.Close())
	a, err = Open(opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	require.Equal(t, id, a.Self().ID)
	require.Equal(t, phone.KeyInClear, a.KeyPlace(), "a passphrase that the file does not have protects nothing")
	require.Equal(t, []phone.Notice{{Err: ErrKeyInClear}}, a.notices)
}

// A profile that is locked is as it was after somebody tried to open it.
func TestALockedProfileStaysAsItIs(t *testing.T) {
	opts := noKeyring(t)
	a, err := Open(opts)
	require.NoError(t, err)
	require.NoError(t, a.ProtectKey("", keyPassphrase))
	require.NoError(t, a.Close())
	broken := filepath.Join(opts.Profile, "settings.json")
	require.NoError(t, os.WriteFile(broken, []byte("{"), 0o600))
	_, err = Open(opts)
	require.ErrorIs(t, err, identity.ErrLocked)
	opts.Passphrase = keyPassphrase
	a, err = Open(opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	require.Len(t, a.notices, 1, "that the settings were broken is told to whoever gets in")
}

func TestAKeyringNeedsNoPassphrase(t *testing.T) {
	withKeyring(t)
	a, err := Open(Options{Profile: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	require.Equal(t, phone.KeyInKeyring, a.KeyPlace())
	require.ErrorIs(t, a.ProtectKey("", keyPassphrase), ErrKeyInKeyring)
	require.NoFileExists(t, a.keyFile())
}

// What a change that fails or is killed leaves is the file as it was, and no
// key in clear beside it.
func TestAKeyFileChangesAsAWholeOrNotAtAll(t *testing.T) {
	opts := noKeyring(t)
	a, err := Open(opts)
	require.NoError(t, err)
	before, err := os.ReadFile(a.keyFile())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.keyFile(), append(before, "more"...), 0o600))
	require.ErrorIs(t, a.ProtectKey("", keyPassphrase), identity.ErrBadIdentity)
	other := identity.OpenFile(a.keyFile(), "")
	require.NoError(t, other.Save(identity.New().Seed()))
	require.ErrorIs(t, a.ProtectKey("", keyPassphrase), identity.ErrBadIdentity, "the key of another phone")
	require.NoError(t, os.WriteFile(a.keyFile(), before, 0o600))
	require.NoError(t, a.Close())

	left := filepath.Join(opts.Profile, ".identity.key.tmp-123")
	require.NoError(t, os.WriteFile(left, before, 0o600))
	a, err = Open(opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	require.NoFileExists(t, left)
	kept, err := os.ReadFile(a.keyFile())
	require.NoError(t, err)
	require.Equal(t, before, kept)
}

// Restoring over a phone that nobody has set up keeps the passphrase that its
// key file has.
func TestRestoreHereKeepsThePassphrase(t *testing.T) {
	old := someLife(t)
	path := filepath.Join(t.TempDir(), "b.age")
	require.NoError(t, os.WriteFile(path, old.file, 0o600))
	opts := noKeyring(t)
	fresh, err := Open(opts)
	require.NoError(t, err)
	require.NoError(t, fresh.ProtectKey("", keyPassphrase))
	next, err := fresh.RestoreHere(path, backupPassphrase)
	require.NoError(t, err)
	defer func() { require.NoError(t, next.Close()) }()
	require.Equal(t, old.self, next.Self().ID)
	require.Equal(t, phone.KeyWithSecret, next.KeyPlace())
}

package desktop

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/settings"
)

const passphrase = "correct horse battery"

func openPhone(t *testing.T) *app.App {
	t.Helper()
	a, err := app.Open(app.Options{Profile: t.TempDir(), Unattended: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// What the window does at the first start, with two real phones: the second
// becomes the first, and what is open at the end is closed.
func TestTheFirstStartBecomesTheBackedUpPhone(t *testing.T) {
	old := openPhone(t)
	require.NoError(t, old.UpdateSettings(func(s *settings.Settings) { s.Name = "Ada" }))
	require.NoError(t, old.PutContact(phone.Contact{ID: old.Self().ID, Name: "Me elsewhere"}))
	path := filepath.Join(t.TempDir(), "backup.age")
	require.NoError(t, old.BackupTo(path, passphrase))

	fresh := openPhone(t)
	own := newOwner(Start{})
	own.phone = fresh
	same, err := own.restoreHere(path, "something else")
	require.ErrorIs(t, err, identity.ErrWrongPassphrase)
	require.Same(t, fresh, same)
	next, err := own.restoreHere(path, passphrase)
	require.NoError(t, err)
	require.NotSame(t, fresh, next)
	require.Equal(t, old.Self().ID, next.Self().ID)
	require.Equal(t, "Ada", next.Settings().Name)
	require.Equal(t, old.Contacts(), next.Contacts())
	own.close()
	require.Error(t, next.PutContact(phone.Contact{ID: old.Self().ID, Name: "x"}), "closed with the window")
	_, err = own.restoreHere(path, passphrase)
	require.ErrorIs(t, err, phone.ErrClosed)
}

package identity

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"
)

// Without a session bus the keyring must be refused, and the D-Bus library
// must not get the chance to start a bus with dbus-launch.
func TestKeyringNeverStartsABus(t *testing.T) {
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	script := "#!/bin/sh\ntouch " + started + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, address := range []string{"", "autolaunch:", "unix:path=" + dir + "/gone", "unix:path=" + dir + ",guid=00"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if address == "" && HasSessionBus() {
			continue // this desktop runs a bus where the library finds it without starting one
		}
		k := OpenKeyring("paravent-test", "me")
		_, err := k.Load()
		require.ErrorIs(t, err, ErrNoKeyring)
		require.ErrorIs(t, k.Save(make([]byte, SeedSize)), ErrNoKeyring)
		require.NoFileExists(t, started)
	}
}

// A desktop without a keyring service has no keyring; a service that fails has
// one, with the seed in it.
func TestKeyringErrorsAreToldApart(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=somewhere")
	for name, want := range map[string]error{
		"org.freedesktop.DBus.Error.ServiceUnknown": ErrNoKeyring,
		"org.freedesktop.DBus.Error.NoReply":        ErrKeyring,
		"org.freedesktop.Secret.Error.IsLocked":     ErrKeyring,
	} {
		keyring.MockInitWithError(*dbus.NewError(name, []any{"in words"}))
		k := OpenKeyring("paravent-test", "me")
		_, err := k.Load()
		require.ErrorIs(t, err, want, name)
		require.ErrorIs(t, k.Save(make([]byte, SeedSize)), want, name)
	}
}

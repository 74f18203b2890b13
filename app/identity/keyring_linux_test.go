package identity

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Without a session bus the keyring must be refused, and the D-Bus library
// must not get the chance to start a bus with dbus-launch.
func TestKeyringNeverStartsABus(t *testing.T) {
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	script := "#!/bin/sh\ntouch " + started + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, address := range []string{"", "autolaunch:"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if address == "" && keyringPresent() {
			continue // this desktop runs a bus where the library finds it without starting one
		}
		k := OpenKeyring("paravent-test", "me")
		_, err := k.Load()
		require.ErrorIs(t, err, ErrNoKeyring)
		require.ErrorIs(t, k.Save(make([]byte, SeedSize)), ErrNoKeyring)
		require.NoFileExists(t, started)
	}
}

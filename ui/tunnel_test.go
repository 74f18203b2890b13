package ui

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

func TestImportATunnelFromAFile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	require.NoError(t, os.WriteFile(filepath.Join(home, "se1.conf"), []byte(uitest.TunnelText), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(home, "notes.pdf"), nil, 0o600))
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("Settings")
	s.Tap("Import a file…")
	require.False(t, s.Sees("notes.pdf"), "only configurations are offered")
	s.PickFile("se1.conf")
	s.Tap("Open")
	have, ok := f.Tunnel()
	require.True(t, ok)
	require.Equal(t, "se1.conf", have.Name)
	for _, part := range []string{"se1.conf", "198.51.100.9:51820", "10.64.0.2/32, fd00:64::2/128", "10.64.0.1"} {
		require.True(t, s.Sees(part), part)
	}
}

// A configuration that is refused says why and leaves the tunnel as it was.
func TestPasteATunnel(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("Settings")
	s.Tap("Calls only through this tunnel") // disabled while there is none
	require.False(t, f.Settings().Privacy.Tunnel)
	paste := func(text string) {
		s.Tap("Paste…")
		for _, o := range s.Entries() {
			if o.MultiLine {
				o.SetText(text)
			}
		}
		s.Tap("Import")
	}
	paste("nonsense")
	require.True(t, s.Sees("This WireGuard file cannot be used"))
	require.False(t, s.Sees("The tunnel you had is unchanged."))
	paste(uitest.TunnelText)
	require.True(t, s.Sees("198.51.100.9:51820"))
	require.False(t, s.Sees("cannot be used"))
	s.Tap("Calls only through this tunnel")
	require.True(t, f.Settings().Privacy.Tunnel)
	paste("nonsense")
	require.True(t, s.Sees("The tunnel you had is unchanged."))
	require.True(t, s.Sees("198.51.100.9:51820"))
}

func TestRemoveATunnel(t *testing.T) {
	f := uitest.New()
	_, err := f.ImportTunnel("se1", []byte(uitest.TunnelText))
	require.NoError(t, err)
	w, s := open(t, f)
	s.Tap("Settings")
	s.Tap("Calls only through this tunnel")
	require.True(t, s.Sees("To remove it, first switch off"))
	s.Tap("Remove") // disabled: calls would be left without a way, or with a wider one
	require.Nil(t, w.win.Canvas().Overlays().Top())
	s.Tap("Calls only through this tunnel")
	require.False(t, f.Settings().Privacy.Tunnel)
	s.Tap("Remove")
	require.True(t, s.Sees("Remove the tunnel se1?"))
	s.Tap("Cancel")
	_, have := f.Tunnel()
	require.True(t, have)
	f.Fail(phone.ErrDiskFull)
	s.Tap("Remove")
	s.Tap("Remove")
	require.Contains(t, w.main.banner.Text(), "disk is full")
	require.True(t, s.Sees("198.51.100.9:51820"))
	s.Tap("Remove")
	s.Tap("Remove")
	_, have = f.Tunnel()
	require.False(t, have)
	require.False(t, s.Sees("198.51.100.9:51820"))
}

// A profile whose tunnel is gone says that calls are not possible, and does
// not go without it by itself (P8).
func TestP08TunnelThatIsMissing(t *testing.T) {
	f := uitest.New()
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Tunnel = true }))
	_, s := open(t, f)
	s.Tap("Settings")
	require.True(t, s.Sees("No tunnel is imported: no call is possible"))
	s.Tap("Calls only through this tunnel")
	require.False(t, f.Settings().Privacy.Tunnel)
	require.False(t, s.Sees("No tunnel is imported"))
}

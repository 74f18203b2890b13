package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// The badge opens what the call showed so far, and it counts on (P7).
func TestP07LiveReceiptRefreshes(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id, err := f.Call(f.Person("Mei Lin").ID, false)
	require.NoError(t, err)
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	s.Tap("Relayed: your IP address is hidden")
	for _, part := range []string{
		"No address of this computer.", "192.168.1.20", "203.0.113.7:51820", "neither hear nor see",
		"198.51.100.4:443, the relay: 37701 packets, 6.2 MB",
	} {
		require.True(t, s.Sees(part), part)
	}
	w.tick()
	require.True(t, s.Sees("37702 packets"))
	f.Connect(id, phone.Direct, phone.RelayNone, "203.0.113.7:40000")
	w.tick()
	require.True(t, s.Sees("Direct: they can see 203.0.113.7"))
	require.True(t, s.Sees("straight to the other person"))
	require.True(t, s.Sees("192.168.1.20:40000"))
	require.False(t, s.Sees("No address of this computer."))
	f.End(id, phone.RemoteHungUp)
	require.Nil(t, w.win.Canvas().Overlays().Top(), "it goes with the call")
	w.tick()
}

// An entry of the history opens its receipt, which goes to the clipboard and
// into files.
func TestP07ReceiptOfAPastCall(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("History")
	s.SelectRow(1)
	require.True(t, s.Sees("With Élodie Martin, 13:40"))
	require.True(t, s.Sees("They did not learn your IP address."))
	s.Tap("Copy")
	text := w.app.Clipboard().Content()
	require.Contains(t, text, "What stayed hidden from them\n  192.168.1.20\n")
	s.Tap("Export…")
	s.Tap("Choose a place")
	s.Tap("Save")
	require.True(t, s.Sees("Saved as paravent-receipt-2026-11-23-1340.txt"))
	s.Key(fyne.KeyReturn)
	require.True(t, s.Sees("With Élodie Martin"), "the receipt stays")
	written, err := os.ReadFile(filepath.Join(home, "paravent-receipt-2026-11-23-1340.txt"))
	require.NoError(t, err)
	require.Equal(t, text, string(written))
	s.Tap("Export…")
	s.Tap("Choose a place")
	w.win.Canvas().Unfocus()
	s.Key(fyne.KeyEscape)
	require.True(t, s.Sees("With Élodie Martin"), "the file dialog alone is closed")
	s.Tap("Export…")
	s.Tap("JSON")
	s.Tap("Choose a place")
	s.Tap("Save")
	s.Key(fyne.KeyReturn)
	written, err = os.ReadFile(filepath.Join(home, "paravent-receipt-2026-11-23-1340.json"))
	require.NoError(t, err)
	require.NotContains(t, string(written), "paravent:", "how the other person is reached is not theirs to pass on")
	var back struct {
		With    string
		Receipt phone.Receipt
	}
	require.NoError(t, json.Unmarshal(written, &back))
	require.Equal(t, "Élodie Martin", back.With)
	require.Equal(t, *f.History(1)[0].Receipt, back.Receipt)
	s.Key(fyne.KeyEscape)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	s.SelectRow(5)
	require.True(t, s.Sees("No receipt was kept"))
	require.Nil(t, s.Find("Export…"))
}

func TestExportThatCannotBeWritten(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("History")
	s.SelectRow(1)
	s.Tap("Export…")
	s.Tap("Choose a place")
	require.NoError(t, os.Remove(home)) // gone meanwhile
	s.Tap("Save")
	require.Contains(t, w.main.banner.Text(), "could not be saved")
}

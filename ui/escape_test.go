package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// Keys go to what has the focus: Escape closes a dialog wherever that is.
func TestEscapeClosesADialogWhereverTheFocusIs(t *testing.T) {
	for name, openIt := range map[string]func(*uitest.Fake, *Window, uitest.Screen){
		"add from a knock": func(f *uitest.Fake, _ *Window, s uitest.Screen) {
			f.KnockAt(uitest.Knocker("Zoé Petit"), "It is me")
			s.Tap("Add…")
		},
		"leave a knock": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Call a link")
			s.Type("paravent:…", stranger)
			s.Tap("Leave a knock")
		},
		"link": func(_ *uitest.Fake, w *Window, _ uitest.Screen) { w.Open(stranger) },
		"question": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("History")
			s.Tap("Delete all")
		},
		"receipt": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("History")
			s.SelectRow(4)
		},
		"export": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("History")
			s.SelectRow(4)
			s.Tap("Export…")
		},
		"tell": func(f *uitest.Fake, _ *Window, _ uitest.Screen) {
			relayed(f)
			f.Emit(phone.Notice{Err: phone.ErrDiskFull})
		},
		"profile": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Settings")
			s.Tap("New profile…")
		},
		"backup": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Settings")
			s.Tap("Make a backup…")
		},
		"add a contact": func(_ *uitest.Fake, _ *Window, s uitest.Screen) { s.Tap("Add a contact") },
		"scan": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Add a contact")
			s.Tap("With the camera…")
		},
		"quiet time": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Who can call")
			s.Tap("Add a quiet time")
		},
		"one person": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Who can call")
			s.Tap("Choose for one person")
		},
		"profile from a backup": func(_ *uitest.Fake, w *Window, s uitest.Screen) {
			s.Tap("Settings")
			s.Tap("New profile from a backup…")
			checkBackup(w, s, "/b.age", uitest.Passphrase)
		},
		"tunnel": func(_ *uitest.Fake, _ *Window, s uitest.Screen) {
			s.Tap("Settings")
			s.Tap("Paste…")
		},
	} {
		t.Run(name, func(t *testing.T) {
			for steps := range 12 { // more than any of these has fields and buttons
				f := uitest.New()
				w, s := open(t, f)
				openIt(f, w, s)
				c := w.win.Canvas()
				open := len(c.Overlays().List())
				c.Unfocus()
				for range steps {
					c.FocusNext()
				}
				at := c.Focused()
				s.Key(fyne.KeyEscape)
				require.Len(t, c.Overlays().List(), open-1, "after %d steps: %T", steps, at)
			}
		})
	}
}

// Enter presses the buttons of the pages too, as it does those of dialogs.
func TestEnterPressesTheButtonsOfPages(t *testing.T) {
	for _, row := range [][2]string{{"History", "Delete all"}, {"History", "Change…"}, {"Settings", "Make a backup…"}, {"Settings", "New profile…"}, {"Contacts", "Block"}} {
		f := uitest.New()
		w, s := open(t, f)
		f.KnockAt(uitest.Knocker("Zoé Petit"), "It is me")
		s.Tap(row[0])
		s.Find(row[1]).(fyne.Focusable).TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		require.NotNil(t, w.win.Canvas().Overlays().Top(), row)
	}
}

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/settings"
	"paravent/ui/uitest"
	"paravent/ui/widgets"
)

func TestIndicatorIsOnEveryPageAndEndsIt(t *testing.T) {
	for p := range pageCount {
		f := uitest.New()
		w, s, to := openAudience(t, f)
		w.main.open(p)
		require.False(t, w.main.standing.Object().Visible())
		require.NoError(t, f.Expect(time.Hour))
		require.True(t, s.Sees("Expecting a call until 15:05"))
		press(t, w, "End")
		require.True(t, f.Settings().Calls.ExpectingUntil.IsZero())
		require.False(t, w.main.standing.Object().Visible())
		require.NoError(t, f.Disturb(true, uitest.Now.Add(24*time.Hour)))
		require.True(t, s.Sees("Do not disturb until tomorrow, 14:05"))
		to(uitest.Now.Add(23*time.Hour + 30*time.Minute))
		require.True(t, s.Sees("Do not disturb until 14:05"))
		to(uitest.Now.Add(24 * time.Hour))
		require.False(t, w.main.standing.Object().Visible(), "it ends by itself")
		require.NoError(t, f.Disturb(true, time.Time{}))
		require.True(t, s.Sees("Do not disturb is on"))
		press(t, w, "End")
		require.False(t, f.Settings().Calls.DoNotDisturb.Now.On)
	}
}

// press goes to the indicator's button by Tab alone and presses Enter.
func press(t *testing.T, w *Window, name string) {
	t.Helper()
	for range 120 {
		w.win.Canvas().FocusNext()
		b, ok := w.win.Canvas().Focused().(*widgets.Button)
		if ok && b.Text == name && fyne.CurrentApp().Driver().AbsolutePositionForObject(b).X < 180 { // in the rail
			b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			return
		}
	}
	t.Fatalf("no key leads to %q", name)
}

// The weekly schedule is told too; what is not in force is not.
func TestIndicatorTellsWhatIsInForce(t *testing.T) {
	f := uitest.New()
	quietTimes(f)
	w, s, to := openAudience(t, f)
	w.main.open(pageContacts)
	require.True(t, s.Sees("Quiet time until 16:30"))
	s.Tap("Change")
	require.Equal(t, pageAudience, w.main.page)
	require.NoError(t, f.Expect(time.Hour))
	require.True(t, s.Sees("Expecting a call"), "which opens the quiet time")
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = true }))
	require.False(t, s.Sees("Expecting a call"), "not in lockdown")
	require.True(t, s.Sees("Quiet time until 16:30"))
	to(uitest.Now.Add(4 * time.Hour))
	require.False(t, w.main.standing.Object().Visible())
}

// Nobody wonders for days why it never rings.
func TestIndicatorTellsThatCallsAreOff(t *testing.T) {
	f := uitest.New()
	w, s, _ := openAudience(t, f)
	w.main.open(pageContacts)
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) { s.Calls.Enabled = false }))
	require.True(t, s.Sees("Calls are off"))
	require.NoError(t, f.Disturb(true, time.Time{}))
	require.True(t, s.Sees("Calls are off"), "which says more")
	press(t, w, "Change")
	require.Equal(t, pageAudience, w.main.page)
}

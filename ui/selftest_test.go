package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

// The self-test is two taps away, tells how far it is and what it found.
func TestWhatWouldTheySee(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	f.OnCheck(func(context.Context) {
		require.True(t, s.Sees("Step 4 of 8…"))
		require.Nil(t, s.Find("Run the check"), "one at a time")
	})
	s.Tap("Settings")
	s.Tap("What would they see?")
	require.True(t, w.main.nav[pagePrefs].Visible())
	s.Tap("Run the check")
	require.True(t, s.Sees("Passed: they learned nothing"))
	require.True(t, s.Sees("14:05, with “Always relay” in force"))
	require.True(t, s.Sees("24 rules hold, 0 do not, 2 do not apply now."))
	require.True(t, s.Sees("The stricter side’s choice holds for both"))
	require.True(t, s.Sees("Address · allowed · from messages, from packets · contact (answered), you call a contact"))
	f.OnCheck(nil)
	f.SetReport(uitest.BrokenReport())
	s.Tap("Run it again")
	require.True(t, s.Sees("Failed: they learned something"))
	require.True(t, s.Sees("Address · must stay hidden · from messages · stranger (unanswered)"))
	require.True(t, s.Sees("192.168.1.20 in a message before the answer"))
	s.Tap("Copy")
	require.Contains(t, w.app.Clipboard().Content(), "[must stay hidden] Address 192.168.1.20")
	s.Tap("Back to the settings")
	require.True(t, s.Sees("Enhanced call privacy"))
}

func TestPrivacyReportIsExportedWhole(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	f := uitest.New()
	f.SetReport(uitest.BrokenReport())
	w, s := open(t, f)
	w.main.open(pageCheck)
	s.Tap("Run the check")
	s.Tap("Export…")
	s.Tap("JSON")
	s.Tap("Choose a place")
	s.Tap("Save")
	written, err := os.ReadFile(filepath.Join(home, "paravent-privacy-check-2026-11-23-1405.json"))
	require.NoError(t, err)
	var back phone.PrivacyReport
	require.NoError(t, json.Unmarshal(written, &back))
	require.Equal(t, uitest.BrokenReport(), back)
}

func TestPrivacyCheckCancelledIsNoFailure(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.main.open(pageCheck)
	f.OnCheck(func(ctx context.Context) {
		s.Tap("Cancel")
		require.Error(t, ctx.Err())
	})
	s.Tap("Run the check")
	require.False(t, s.Sees("Passed"), "a check that was stopped proves nothing")
	require.Empty(t, w.main.banner.Text())
	require.NotNil(t, s.Find("Run the check"))
	f.OnCheck(nil)
	f.Fail(settings.ErrBadValue)
	s.Tap("Run the check")
	require.Contains(t, w.main.banner.Text(), "not possible")
	require.False(t, s.Sees("Passed"))
}

// Closing the window, or another language, ends a check that runs.
func TestPrivacyCheckEndsWithItsScreen(t *testing.T) {
	for name, leave := range map[string]func(*uitest.Fake, *Window){
		"language": func(f *uitest.Fake, _ *Window) { french(f) },
		"window":   func(_ *uitest.Fake, w *Window) { w.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			f := uitest.New()
			w, s := open(t, f)
			w.main.open(pageCheck)
			f.OnCheck(func(ctx context.Context) {
				leave(f, w)
				require.Error(t, ctx.Err())
			})
			s.Tap("Run the check")
		})
	}
}

// However much was learned, everything forbidden is listed.
func TestLongReportHidesNothingForbidden(t *testing.T) {
	f := uitest.New()
	r := uitest.Report()
	for i := range 40 {
		r.Learned = append(r.Learned,
			phone.Learned{Kind: "port", Value: fmt.Sprint("allowed ", i), From: "packets", Scenario: "flood"},
			phone.Learned{Kind: "port", Value: fmt.Sprint("forbidden ", i), From: "packets", Scenario: "flood", Forbid: true})
	}
	f.SetReport(r)
	w, s := open(t, f)
	w.main.open(pageCheck)
	s.Tap("Run the check")
	for i := range 40 {
		require.True(t, s.Sees(fmt.Sprint("forbidden ", i)))
	}
	require.False(t, s.Sees("allowed 39"))
	require.True(t, s.Sees("and 37 more of the same kinds, all allowed"))
	s.Tap("Copy")
	require.Contains(t, w.app.Clipboard().Content(), "allowed 39")
}

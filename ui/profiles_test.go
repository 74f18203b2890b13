package ui

import (
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/ui/uitest"
)

func TestProfiles(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	require.Equal(t, "Paravent", w.win.Title())
	w.main.open(pagePrefs)
	s.Tap("Show its window")
	s.Tap("Open")
	require.Equal(t, "open p-club-1\nopen p-work-1", acts(f))

	s.Tap("New profile…")
	f.Fail(uitest.ErrBadLink)
	s.Type("Seen by you only, for example Work", "Family")
	s.Tap("Make and open it")
	require.True(t, s.Sees("call address"), "refused, and what was typed is still there")
	s.Tap("Make and open it")
	require.Contains(t, acts(f), "open p-Family")

	s.Tap("Delete…")
	require.True(t, s.Sees("Delete “Travail”?"))
	s.Tap("Cancel")
	require.Len(t, f.Profiles(), 4)
	s.Tap("Delete…")
	s.Tap("Delete for ever")
	require.Len(t, f.Profiles(), 3)
	require.False(t, s.Sees("Travail"))
}

func TestTheTitleNamesTheProfile(t *testing.T) {
	f := uitest.New()
	f.InProfile("Work")
	w, s := open(t, f)
	require.Equal(t, "Work – Paravent", w.win.Title())
	w.main.open(pagePrefs)
	s.Tap("Rename…")
	s.Type("Seen by you only, for example Work", "Office")
	s.Tap("Rename")
	require.Equal(t, "Office – Paravent", w.win.Title())
}

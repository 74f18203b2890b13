package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/ui/uitest"
)

// Before a server elsewhere sees this computer the person is asked, and a no
// calls nobody (P26).
func TestP26AskedBeforeCalling(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Type("Search", "amadou")
	f.Fail(uitest.ErrShowsAddress)
	s.Tap("Audio call")
	require.True(t, s.Sees("sees this computer’s IP address"))
	w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // is a no
	require.Empty(t, f.Log())
	require.Nil(t, w.win.Canvas().Overlays().Top())
	f.Fail(uitest.ErrShowsAddress)
	s.Tap("Audio call")
	s.Tap("Do not call")
	require.Empty(t, f.Log())
	f.Fail(uitest.ErrShowsAddress)
	s.Tap("Video call")
	s.Tap("Call anyway")
	require.Equal(t, []string{"anyway", "call Amadou Ba true"}, f.Log())
	require.NotNil(t, w.call)
}

func TestP26AskedBeforeAnswering(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	f.Ring(f.Person("Mei Lin"), false)
	f.Fail(uitest.ErrShowsAddress)
	s.Tap("Answer")
	require.True(t, s.Sees("sees this computer’s IP address"))
	s.Tap("Let it ring")
	require.NotNil(t, w.ringing)
	f.Fail(uitest.ErrShowsAddress)
	s.Key(fyne.KeyReturn)
	s.Tap("Answer anyway")
	require.Equal(t, []string{"answer false", "answer false", "anyway", "answer false"}, f.Log())
	require.NotNil(t, w.call)
}

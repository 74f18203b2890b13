package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// Before a direct path is asked for, the person reads what it would show; and
// what they said yes to is what they read.
func TestGoDirectAsksWithTheAddresses(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id := relayed(f)
	s.Tap("Go direct")
	require.True(t, s.Sees("They will see:"))
	require.True(t, s.Sees("192.168.1.20"))
	require.True(t, s.Sees("203.0.113.7"))
	w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // is a no
	require.Nil(t, w.win.Canvas().Overlays().Top())
	s.Tap("Go direct")
	s.Tap("Stay relayed")
	s.Key(fyne.KeyD)
	f.Change(id, func(c *phone.CallInfo) { c.WouldShow = []string{"198.51.100.77"} })
	require.Nil(t, w.win.Canvas().Overlays().Top(), "the addresses changed: the question is no longer true")
	require.Equal(t, []string{"call Mei Lin false"}, f.Log())
	s.Tap("Go direct")
	require.True(t, s.Sees("198.51.100.77"))
	s.Tap("Ask to go direct")
	require.True(t, s.Sees("You asked to go direct."))
	require.Nil(t, s.Find("Go direct"))
	s.Tap("Withdraw")
	require.Equal(t, []string{"call Mei Lin false", "direct", "relay"}, f.Log())
	require.False(t, s.Sees("You asked to go direct."))
}

func TestAskedToGoDirect(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	id := relayed(f)
	asked := func(c *phone.CallInfo) { c.Upgrade = phone.Asked }
	f.Change(id, asked)
	require.True(t, s.Sees("203.0.113.7, 192.168.1.20"))
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyD} {
		s.Key(k)
	}
	require.Equal(t, []string{"call Mei Lin false"}, f.Log(), "no key agrees")
	s.Tap("Stay relayed")
	require.Nil(t, s.Find("Agree"))
	f.Change(id, asked)
	s.Tap("Agree")
	require.True(t, s.Sees("Making a direct path."))
	require.Nil(t, s.Find("Agree"))
	f.Connect(id, phone.Direct, phone.RelayNone, "203.0.113.7:40000")
	require.False(t, s.Sees("Making a direct path."))
	require.True(t, s.Sees("Direct: they can see 203.0.113.7"))
	s.Tap("Back to relay")
	require.True(t, s.Sees("Relayed: your IP address is hidden"))
	require.Equal(t, []string{"call Mei Lin false", "relay", "direct", "relay"}, f.Log())
}

// What became of the asking is said in the call, until it is read.
func TestRefusalIsToldInTheCall(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id := relayed(f)
	s.Key(fyne.KeyD)
	s.Tap("Ask to go direct")
	f.Change(id, func(c *phone.CallInfo) { c.Upgrade = phone.NoUpgrade })
	f.Emit(phone.Notice{Err: uitest.ErrDirectRefused, Passing: true})
	require.True(t, s.Sees(w.env.Words.Error(uitest.ErrDirectRefused)))
	s.Tap("Close")
	require.False(t, s.Sees(w.env.Words.Error(uitest.ErrDirectRefused)))
	require.Equal(t, []string{"call Mei Lin false", "direct"}, f.Log())
	require.NotNil(t, s.Find("Go direct"), "asking again is possible")
}

// Where nothing is known that a direct path would show, nothing can be agreed to.
func TestGoDirectNeedsToKnowWhatItShows(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id := relayed(f)
	f.Change(id, func(c *phone.CallInfo) { c.WouldShow = nil })
	s.Tap("Go direct")
	s.Key(fyne.KeyD)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	f.Change(id, func(c *phone.CallInfo) { c.WouldShow = []string{"203.0.113.7"} })
	s.Key(fyne.KeyD)
	require.NotNil(t, w.win.Canvas().Overlays().Top())
	f.End(id, phone.NetworkLost)
	require.True(t, s.Sees("The network that calls are bound to went away."))
	require.Nil(t, w.win.Canvas().Overlays().Top())
}

package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

const stranger = "paravent:stranger"

// acts are what the window asked the phone to do.
func acts(f *uitest.Fake) string { return strings.Join(f.Log(), "\n") }

func TestALinkNeverCallsOrAddsByItself(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	before := len(f.Contacts())
	for _, link := range []string{stranger, f.Person("Mei Lin").Address, "paravent:", "http://x", "\x00"} {
		w.Open(link)
		s.Key(fyne.KeyReturn)
		s.Key(fyne.KeySpace)
		s.Key(fyne.KeyEscape)
	}
	require.Len(t, f.Contacts(), before)
	require.NotContains(t, acts(f), "call")
}

func TestALinkOfAStrangerIsAdded(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.Open(stranger)
	require.True(t, s.Sees("5e5e 5e5e 5e5e 5e5e"))
	s.Tap("Add to contacts")
	require.True(t, s.Sees("Please give a name."))
	s.Type("As you want to see it", "Zoé")
	f.Fail(uitest.ErrBadLink)
	s.Tap("Add to contacts")
	require.True(t, s.Sees("call address"), "refused, and everything typed is still there")
	require.Equal(t, "Zoé", s.Entry("As you want to see it").Text)
	s.Tap("Add to contacts")
	require.Equal(t, stranger, f.Person("Zoé").Address)
	require.Nil(t, w.linkAsk)
	require.NotContains(t, acts(f), "call")
}

func TestALinkIsCalledAfterASecondQuestion(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.Open(stranger)
	s.Tap("Call…")
	require.NotContains(t, acts(f), "call")
	s.Tap("Cancel")
	require.NotContains(t, acts(f), "call")
	w.Open(stranger)
	s.Tap("Call…")
	s.Tap("Video call")
	require.Contains(t, acts(f), "call ")
}

func TestABadLinkIsToldInWords(t *testing.T) {
	_, s := func() (*Window, uitest.Screen) {
		w, s := open(t, uitest.New())
		w.Open("https://example.org")
		return w, s
	}()
	require.True(t, s.Sees("call address"))
	s.Tap("Close")
	require.False(t, s.Sees("A call address was opened"))
}

func TestALinkWaitsForTheFirstStart(t *testing.T) {
	f := freshEnglish()
	w, s := open(t, f)
	w.Open(stranger)
	require.True(t, s.Sees("Begin"))
	s.Type("Shown to the people you call", "Ada")
	s.Tap("Begin")
	require.True(t, s.Sees("A call address was opened"))
}

func TestALinkWaitsForTheEndOfARing(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.Open(stranger)
	id := f.Ring(phone.Person{ID: "c0", Name: "Mei"}, false)
	require.False(t, s.Sees("A call address was opened"))
	w.Open("paravent:newer")
	require.False(t, s.Sees("A call address was opened"))
	f.End(id, phone.Declined)
	require.True(t, s.Sees("A call address was opened"))
	s.Tap("Cancel")
	require.False(t, s.Sees("A call address was opened"), "only the newest is asked about")
}

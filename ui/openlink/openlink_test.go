package openlink

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

type fake struct{ who phone.Person }

func (f fake) WhoseLink(string) (phone.Person, error) { return f.who, nil }

func (f fake) AddContact(string, string) (phone.Contact, error) {
	return phone.Contact{}, errors.New("nobody is added here")
}

// called opens link, has it called with pictures, and tells whom.
func called(t *testing.T, who phone.Person) (to string) {
	t.Helper()
	w := test.NewTempApp(t).NewWindow("")
	env := widgets.Env{Words: words.For("en"), Window: w, Fail: func(err error) { require.NoError(t, err) }}
	done := 0
	Ask(env, fake{who}, "paravent:given", func(called string, video bool) {
		require.True(t, video)
		to = called
	}, func() { done++ })
	s := uitest.Screen{T: t, Window: w}
	s.Tap("Call…")
	require.Zero(t, done)
	s.Tap("Video call")
	require.Equal(t, 1, done)
	require.Nil(t, w.Canvas().Overlays().Top())
	return to
}

// The link could name a contact's key with a server of somebody else.
func TestAContactIsCalledAtTheAddressInTheBook(t *testing.T) {
	require.Equal(t, "c0ffee", called(t, phone.Person{ID: "c0ffee", Name: "Mei", Contact: true, Address: "paravent:book"}))
}

func TestAStrangerIsCalledAtTheLink(t *testing.T) {
	require.Equal(t, "paravent:given", called(t, phone.Person{ID: "c0ffee", Address: "paravent:given"}))
}

func TestShortKey(t *testing.T) {
	require.Equal(t, "0123 4567 89ab cdef", ShortKey("0123456789abcdef0123"))
	require.Equal(t, "0123 4", ShortKey("01234"))
	require.Empty(t, ShortKey(""))
}

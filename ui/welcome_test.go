package ui

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

func freshEnglish() *uitest.Fake {
	f := uitest.Fresh()
	_ = f.UpdateSettings(func(s *settings.Settings) { s.Language = "en" })
	return f
}

func TestFirstStartWithEmbeddedServer(t *testing.T) {
	f := freshEnglish()
	_, s := open(t, f)
	s.Tap("Begin")
	require.Zero(t, f.Started(), "a name is missing")
	s.Type("Shown to the people you call", "Ada")
	s.Tap("Let people on my network call me")
	s.Tap("Begin")
	require.Equal(t, 1, f.Started())
	require.Equal(t, settings.Server{Mode: settings.ServerEmbedded, LAN: true}, f.Settings().Server)
	require.Equal(t, "Ada", f.Settings().Name)
	require.True(t, s.Sees("Contacts"))
}

func TestFirstStartChecksTheServerAddressWhileTyping(t *testing.T) {
	f := freshEnglish()
	_, s := open(t, f)
	s.Type("Shown to the people you call", "Ada")
	s.Tap("Use a server")
	s.Type("host:port#key", "example.org:443")
	require.True(t, s.Sees("must end in #"))
	s.Tap("Begin")
	require.Zero(t, f.Started())
	s.Type("host:port#key", uitest.ServerAddress)
	require.False(t, s.Sees("must end in #"))
	s.Tap("Begin")
	require.Equal(t, uitest.ServerAddress, f.Settings().Server.Address)
	require.Equal(t, 1, f.Started())
}

func TestFirstStartTellsWhyTheServerFailed(t *testing.T) {
	f := freshEnglish()
	w, s := open(t, f)
	s.Type("Shown to the people you call", "Ada")
	f.Fail(errors.New("no disk"))
	s.Tap("Begin") // saving fails: everything typed is still there
	require.True(t, s.Sees("no disk"))
	s.Tap("Close")
	require.Equal(t, "Ada", s.Entry("Shown to the people you call").Text)
	s.Tap("Begin")
	require.Nil(t, w.asks)
	require.Equal(t, 1, f.Started())
}

// A phone that was started before it has a name can ring, and be answered.
func TestFirstStartShowsARing(t *testing.T) {
	f := freshEnglish()
	_, s := open(t, f)
	id := f.Ring(phone.Person{ID: "c0", Name: "Mei"}, false)
	require.True(t, s.Sees("Mei"))
	s.Tap("Decline")
	require.Contains(t, f.Log(), "decline")
	f.End(id, phone.Declined)
	require.True(t, s.Sees("Begin"), "the first start goes on")
}

// What the phone tells by itself at the first start is not a failure.
func TestFirstStartTakesNoNoteForAFailure(t *testing.T) {
	f := freshEnglish()
	_, s := open(t, f)
	f.Emit(phone.Notice{Err: phone.NewFault("key-file-not-encrypted")})
	require.True(t, s.Sees("Please note"))
	require.False(t, s.Sees("didn’t work"))
}

package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// openKey opens the settings of a phone whose key is there.
func openKey(t *testing.T, f *uitest.Fake, place phone.KeyPlace) (*Window, uitest.Screen) {
	t.Helper()
	f.KeyIn(place)
	w, s := open(t, f)
	w.main.open(pagePrefs)
	return w, s
}

func TestKeyScreens(t *testing.T) {
	for lang, fresh := range map[string]func() *uitest.Fake{"en": uitest.New, "fr": func() *uitest.Fake { return french(uitest.New()) }} {
		for name, place := range map[string]phone.KeyPlace{"key.set": phone.KeyInClear, "key.change": phone.KeyWithSecret, "key.remove": phone.KeyWithSecret} {
			w, s := openKey(t, fresh(), place)
			words := w.env.Words
			s.Tap(words.T(name))
			if name == "key.change" {
				s.Type(words.T("key.current-hint"), "not this one")
				s.Type(words.T("passphrase.new-hint"), goodPassphrase)
				s.Type(words.T("passphrase.again-hint"), goodPassphrase)
				s.Tap(words.T("key.change-do"))
			}
			uitest.Markup(t, strings.ReplaceAll(name, ".", "-")+"-"+lang, test.RenderToMarkup(s.Window.Canvas()))
		}
	}
}

func TestTheSettingsSayWhereTheKeyIs(t *testing.T) {
	_, s := openKey(t, uitest.New(), phone.KeyInKeyring)
	require.True(t, s.Sees("keyring of this computer"))
	require.Nil(t, s.Find("Set a passphrase…"))
	_, s = openKey(t, uitest.New(), phone.KeyInClear)
	require.True(t, s.Sees("in a file without a passphrase"))
	_, s = openKey(t, uitest.New(), phone.KeyWithSecret)
	require.True(t, s.Sees("only your passphrase opens"))
	require.Nil(t, s.Find("Set a passphrase…"))
}

func TestAKeyGetsAPassphraseAnotherAndNone(t *testing.T) {
	f := uitest.New()
	w, s := openKey(t, f, phone.KeyInClear)
	words := w.env.Words
	s.Tap("Set a passphrase…")
	require.Len(t, s.Entries(), 2, "there is none yet to type")
	s.Tap("Set it")
	require.True(t, s.Sees("must have at least 8"))
	s.Type(words.T("passphrase.new-hint"), goodPassphrase)
	s.Type(words.T("passphrase.again-hint"), goodPassphrase+"!")
	s.Tap("Set it")
	require.True(t, s.Sees("not the same"))
	require.Empty(t, f.Log())
	s.Type(words.T("passphrase.again-hint"), goodPassphrase)
	f.Fail(phone.ErrDiskFull)
	s.Tap("Set it")
	require.True(t, s.Sees("The disk is full"), "in the dialog, with all that was typed")
	s.Key(fyne.KeyReturn)
	require.True(t, s.Sees("only your passphrase opens"))

	s.Tap("Change the passphrase…")
	s.Tap("Show what I type")
	for _, e := range s.Entries() {
		require.False(t, e.Password, "one check for all three")
	}
	s.Type(words.T("key.current-hint"), "not this one")
	s.Type(words.T("passphrase.new-hint"), "another good one")
	s.Type(words.T("passphrase.again-hint"), "another good one")
	s.Tap("Change it")
	require.True(t, s.Sees("The passphrase is wrong"))
	s.Type(words.T("key.current-hint"), goodPassphrase)
	require.False(t, s.Sees("The passphrase is wrong"))
	s.Tap("Change it")
	require.True(t, s.Sees("only your passphrase opens"))

	s.Tap("Remove the passphrase…")
	s.Tap("Remove it")
	require.True(t, s.Sees("Please type the passphrase"))
	s.Type(words.T("key.current-hint"), "another good one")
	s.Tap("Remove it")
	require.True(t, s.Sees("in a file without a passphrase"))
	require.Equal(t, []string{
		"protect  > " + goodPassphrase, "protect  > " + goodPassphrase, "protect not this one > another good one",
		"protect " + goodPassphrase + " > another good one", "protect another good one > ",
	}, f.Log())
}

func TestProtectingIsBusyAndACallMayTakeItsPlace(t *testing.T) {
	f := uitest.New()
	f.KeyIn(phone.KeyInClear)
	var slow held
	w, s := openWith(t, f, slow.spawn)
	w.main.open(pagePrefs)
	slow.letGo()
	s.Tap("Set a passphrase…")
	s.Type("Four random words, for example", goodPassphrase)
	s.Type("So that no slip locks you out", goodPassphrase)
	s.Tap("Set it")
	require.True(t, s.Sees("Encrypting the key anew"))
	s.Tap("Set it")
	s.Tap("Cancel")
	require.Len(t, slow, 1, "one at a time, to its end")
	id := f.Ring(f.Person("Mei Lin"), false)
	slow.letGo()
	require.True(t, s.Sees("Mei Lin"), "a call took the dialog's place and keeps it")
	f.End(id, phone.Cancelled)
	require.True(t, s.Sees("only your passphrase opens"))
}

func TestTheNoticeLeadsToTheSection(t *testing.T) {
	for _, f := range []*uitest.Fake{uitest.New(), french(uitest.New())} {
		w, _ := open(t, f)
		require.Contains(t, w.env.Words.T("error.key-file-not-encrypted"), w.env.Words.T("key.title"))
	}
}

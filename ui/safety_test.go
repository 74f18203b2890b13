package ui

import (
	"image/png"
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// sam is a contact whose key changed.
func sam(f *uitest.Fake) phone.CallID {
	id, _ := f.Call(f.Person("Sam").ID, false, phone.KeyChanged)
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	f.Agree(id, [4]byte{7, 70, 200, 33})
	return id
}

func safetyScenes() map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
	return map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen){
		"words": func(_ *testing.T, f *uitest.Fake, _ *Window, s uitest.Screen) {
			f.Agree(relayed(f), [4]byte{0, 100, 171, 255})
			s.Key(fyne.KeyC)
		},
		"words-verified": func(_ *testing.T, f *uitest.Fake, _ *Window, s uitest.Screen) {
			id, _ := f.Call(f.Person("Élodie Martin").ID, false)
			f.Connect(id, phone.Relay, phone.RelayElsewhere)
			f.Agree(id, [4]byte{1, 2, 3, 4})
			s.Key(fyne.KeyC)
		},
		"words-stranger": func(_ *testing.T, f *uitest.Fake, _ *Window, s uitest.Screen) {
			id, _ := f.Call(stranger, false)
			f.Connect(id, phone.Relay, phone.RelayElsewhere)
			f.Agree(id, [4]byte{10, 11, 12, 13})
			s.Key(fyne.KeyC)
		},
		"changed-ask": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			f.Fail(uitest.ErrKeyChanged)
			w.place(f.Person("Sam").ID, false, w.fail)
		},
		"changed-rings": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) { f.Ring(f.Person("Sam"), true) },
		"changed-call":  func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) { sam(f) },
		"words-differ": func(_ *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			sam(f)
			s.Key(fyne.KeyC)
			s.Tap(w.env.Words.T("safety.differ"))
		},
	}
}

// PARAVENT_PICTURES names a folder for pictures of the screens, to look at.
func TestSafetyPictures(t *testing.T) {
	dir := os.Getenv("PARAVENT_PICTURES")
	if dir == "" {
		t.Skip("PARAVENT_PICTURES names no folder")
	}
	for name, play := range safetyScenes() {
		for _, lang := range []string{"en", "fr"} {
			f := uitest.New()
			if lang == "fr" {
				french(f)
			}
			w, s := open(t, f)
			play(t, f, w, s)
			out, err := os.Create(dir + "/" + name + "-" + lang + ".png")
			require.NoError(t, err)
			require.NoError(t, png.Encode(out, w.win.Canvas().Capture()))
			require.NoError(t, out.Close())
		}
	}
}

func TestComparingWordsVerifies(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id := relayed(f)
	require.True(t, s.Sees("Compare words"))
	s.Key(fyne.KeyC)
	require.True(t, s.Sees("no safety words") || s.Sees("agreeing"))
	f.Agree(id, [4]byte{0, 1, 2, 255})
	for _, word := range []string{"Dog", "Cat", "Lion", "Heart"} {
		require.True(t, s.Sees(word), word)
	}
	f.Agree(id, [4]byte{3, 1, 2, 255}) // the call went another way meanwhile
	require.True(t, s.Sees("Tiger") && !s.Sees("Dog"))
	s.Tap("They are the same")
	require.Equal(t, phone.Verified, w.call.Info().Trust)
	require.True(t, s.Sees("You have verified Mei Lin."))
	require.False(t, s.Sees("They are the same"))
}

func TestWordsThatDifferOfferToHangUp(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	f.Agree(relayed(f), [4]byte{0, 1, 2, 255})
	s.Tap("Compare words")
	s.Tap("They differ")
	require.Equal(t, phone.Changed, w.call.Info().Trust)
	require.True(t, s.Sees("If the words differ"))
	s.Tap("Hang up")
	require.Nil(t, w.call)
	require.Equal(t, []string{"call Mei Lin false", "distrust Mei Lin", "hangup"}, f.Log())
}

// Nobody is verified who is not in the address book.
func TestStrangersAreAddedFirst(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id, _ := f.Call(stranger, false)
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	f.Agree(id, [4]byte{0, 1, 2, 255})
	s.Key(fyne.KeyC)
	require.False(t, s.Sees("They are the same"))
	s.Tap("Add to address book")
	s.Tap("They are the same")
	require.Equal(t, phone.Verified, w.call.Info().Trust)
}

// Somebody without a name gets one from the person, and the words come back.
func TestTheNamelessAreNamedBeforeTheyAreAdded(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id, _ := f.Call(stranger, false)
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	f.Change(id, func(c *phone.CallInfo) { c.Peer.Name = "" })
	f.Agree(id, [4]byte{0, 1, 2, 255})
	s.Key(fyne.KeyC)
	require.True(t, s.Sees("let the other person read"))
	s.Tap("Add to address book")
	s.Tap("Add to contacts")
	require.True(t, s.Sees("Please give a name."))
	s.Type("As you want to see it", "Nora")
	s.Tap("Add to contacts")
	s.Tap("They are the same")
	require.Equal(t, phone.Verified, w.call.Info().Trust)
	require.Equal(t, "Nora", f.Person("Nora").Name)
}

// A changed key blocks: neither Enter nor one tap calls or answers.
func TestAChangedKeyIsAskedAbout(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	f.Fail(uitest.ErrKeyChanged)
	w.place(f.Person("Sam").ID, false, w.fail)
	require.True(t, s.Sees("not the one you knew"))
	w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	require.Empty(t, f.Log())

	id := f.Ring(f.Person("Sam"), false)
	require.True(t, s.Sees("The key is another one than before"))
	f.Fail(uitest.ErrKeyChanged)
	s.Key(fyne.KeyReturn)
	s.Tap("Answer through the relay to compare words")
	require.Equal(t, []string{"answer false", "changed", "answer false"}, f.Log())
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	require.True(t, s.Sees("The call stays on the relay"))
	s.Key(fyne.KeyD) // asks for no direct path
	require.False(t, s.Sees("192.168.1.20"))
	f.Agree(id, [4]byte{0, 1, 2, 255})
	s.Key(fyne.KeyC)
	s.Key(fyne.KeyReturn) // says nothing
	require.Equal(t, phone.Changed, w.call.Info().Trust)
	s.Key(fyne.KeyEscape) // closes, and hangs up nothing
	require.False(t, s.Sees("They are the same"))
	require.NotNil(t, w.call)
}

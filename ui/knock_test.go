package ui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// doorScenes are the screens about the door.
func doorScenes() map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
	return map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen){
		"knocks": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			f.KnockAt(uitest.Knocker("Zoé Petit"), "Hello, it is Zoé from the library. I found your keys 👩\u200d💻")
			f.KnockAt(uitest.Knocker("\u202eevil"), "שלום, זה אני")
			f.KnockAt(uitest.Knocker("Third"), "and one more")
			w.main.open(pageHistory)
		},
		"admitted": func(_ *testing.T, f *uitest.Fake, _ *Window, s uitest.Screen) {
			_ = f.Admit(f.KnockAt(uitest.Knocker("Zoé Petit"), "hello"))
			f.Emit(phone.Admitted{From: phone.Person{ID: strings.Repeat("5e", 32), Address: stranger}, Until: uitest.Now.Add(time.Hour)})
		},
		"leave": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.open(pageDial)
			s.Type("paravent:…", stranger)
			s.Tap(w.env.Words.T("knock.leave"))
		},
		"new-address": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.open(pageDial)
			s.Tap(w.env.Words.T("own.new"))
		},
	}
}

func TestAKnockIsShownQuietlyAndAnsweredByThePerson(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	zoe := uitest.Knocker("Zoé Petit")
	id := f.KnockAt(zoe, "I found your keys")
	require.True(t, s.Sees("Zoé Petit knocked · 14:05"))
	require.True(t, s.Sees("I found your keys"))
	require.Nil(t, s.Window.Canvas().Focused(), "it takes no focus")
	require.NotContains(t, acts(f), "admit", "nothing is answered by itself")
	f.Fail(uitest.ErrShowsAddress) // P26
	s.Tap("Accept once")
	require.NotContains(t, acts(f), "admit")
	s.Tap("Accept anyway")
	require.Contains(t, acts(f), "admit "+strconv.FormatUint(id, 10)+" [1]")
	require.False(t, s.Sees("I found your keys"))
	require.True(t, s.Sees("Zoé Petit may call once, until 15:05"))
	s.Tap("Take back")
	require.Contains(t, acts(f), "withdraw "+zoe.ID)
	require.True(t, s.Sees("I found your keys"), "it can be accepted again")
	s.Tap("Not now")
	require.False(t, s.Sees("I found your keys"))
}

func TestKnockersAreAddedOrBlocked(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	zoe := uitest.Knocker("Zoé Petit")
	f.KnockAt(zoe, "hello")
	s.Tap("Add…")
	require.Equal(t, "Zoé Petit", s.Entry("As you want to see it").Text)
	s.Type("As you want to see it", "Zoé")
	s.Tap("Add to contacts")
	require.Equal(t, zoe.Address, f.Person("Zoé").Address)
	rude := uitest.Knocker("Rude")
	f.KnockAt(rude, "hey you")
	s.Tap("Block")
	require.NotContains(t, acts(f), "block", "it is asked first")
	s.Tap("Block")
	require.Contains(t, acts(f), "block "+rude.ID)
	require.False(t, s.Sees("hey you"))
	w.main.open(pageAudience)
	require.True(t, s.Sees("Rude"))
	_ = f.Unblock(rude.ID)
	require.False(t, s.Sees("Rude"))
}

func TestAKnockIsLeft(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.main.open(pageDial)
	s.Tap("Leave a knock")
	require.Empty(t, f.Log(), "there is no link yet")
	s.Type("paravent:…", stranger)
	s.Tap("Leave a knock")
	const hint = "Who you are, and what it is about"
	s.Tap("Leave it")
	require.Empty(t, f.Log(), "nor a word")
	s.Entry(hint).SetText(strings.Repeat("é", 141))
	require.True(t, s.Sees("141 of 140 characters"))
	s.Tap("Leave it")
	require.Empty(t, f.Log())
	s.Entry(hint).SetText(strings.Repeat("é", 140))
	f.Fail(uitest.ErrBadLink)
	s.Tap("Leave it")
	require.True(t, s.Sees("call address"), "refused, and the words are still there")
	require.Len(t, []rune(s.Entry(hint).Text), 140)
	f.Fail(uitest.ErrShowsAddress) // P26
	s.Tap("Leave it")
	require.Empty(t, f.Log())
	s.Tap("Leave it anyway")
	require.Contains(t, acts(f), "knock "+stranger)
	require.True(t, s.Sees("handed over"))
	s.Key(fyne.KeyEscape)
}

func TestAKnockAfterNobodyAnswered(t *testing.T) {
	for reason, offered := range map[phone.EndReason]bool{phone.NoAnswer: true, phone.Declined: false, phone.HungUp: false} {
		f := uitest.New()
		_, s := open(t, f)
		mei := f.Person("Mei Lin")
		id, _ := f.Call(mei.ID, false)
		f.End(id, reason)
		require.Equal(t, offered, s.Find("Leave a knock") != nil, reason)
		if offered {
			s.Tap("Leave a knock")
			require.True(t, s.Sees("Leave Mei Lin a knock"))
		}
	}
}

func TestAWelcomeLeadsToACall(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	until := uitest.Now.Add(time.Hour)
	f.Emit(phone.Admitted{From: phone.Person{ID: strings.Repeat("5e", 32), Address: stranger}, Until: until})
	require.True(t, s.Sees("The person at whose door you knocked lets you call, until 15:05"))
	f.Emit(phone.Admitted{From: phone.Person{ID: "late"}, Until: uitest.Now})
	require.False(t, s.Sees("until 14:05"), "what is over is not offered")
	s.Tap("Call them")
	require.Equal(t, stranger, w.call.Info().Peer.Address)
}

func TestANewAddressIsAskedFirst(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	w.main.open(pageDial)
	s.Tap("New address")
	require.NotContains(t, acts(f), "new address")
	s.Tap("New address")
	require.Contains(t, acts(f), "new address")
	require.True(t, s.Sees(f.Self().Address))
}

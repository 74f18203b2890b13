package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
	"paravent/ui/widgets"
)

func missedFrom(f *uitest.Fake, name string) {
	f.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall, At: uitest.Now, Peer: f.Person(name), Reason: phone.Missed})
}

// theList is the list on the screen.
func theList(t *testing.T, s uitest.Screen) *widgets.List {
	t.Helper()
	var found *widgets.List
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widgets.List:
			found = o
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(o).Objects() {
				walk(c)
			}
		}
	}
	walk(s.Window.Content())
	require.NotNil(t, found)
	return found
}

func TestHistoryViewsShowTheirPartOnly(t *testing.T) {
	_, s := open(t, uitest.New())
	s.Tap("History")
	for _, row := range []struct {
		view      string
		in, notIn []string
	}{
		{"Missed", []string{"Mei Lin"}, []string{"Élodie Martin", "Jonas Weber", "Zoé Petit"}},
		{"Incoming", []string{"Mei Lin", "Élodie Martin"}, []string{"Jonas Weber", "Zoé Petit"}},
		{"Outgoing", []string{"Jonas Weber", "Amadou Ba"}, []string{"Mei Lin", "Zoé Petit"}},
		{"Knocks and silenced", []string{"Zoé Petit", "Knocked", "It is Zoé, from the choir", "knil yrtsim"}, []string{"Mei Lin", "Jonas Weber"}},
		{"All", []string{"Today", "Yesterday", "Mei Lin", "Jonas Weber"}, nil},
	} {
		s.Tap(row.view)
		for _, text := range row.in {
			require.True(t, s.Sees(text), "%s: %s", row.view, text)
		}
		for _, text := range row.notIn {
			require.False(t, s.Sees(text), "%s: %s", row.view, text)
		}
	}
	s.Type("Search by name", "elodie")
	require.True(t, s.Sees("Élodie Martin"))
	require.False(t, s.Sees("Mei Lin"))
	s.Tap("Outgoing")
	require.True(t, s.Sees("Nobody of that name here."))
}

func TestEmptyHistorySaysWhy(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("History")
	require.NoError(t, f.DeleteHistory(6)) // the only missed call
	s.Tap("Missed")
	require.True(t, s.Sees("Nothing missed."))
	require.NoError(t, f.ClearHistory())
	require.True(t, s.Sees("No calls yet."))
}

func TestDeletedEntryComesBackForAWhile(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("History")
	before := f.History(0)
	s.Tap("More")
	s.Tap("Delete")
	require.Equal(t, before[1:], f.History(0))
	theList(t, s).TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown}) // to the only entry left of today
	theList(t, s).TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	require.Equal(t, before[2:], f.History(0))
	s.Tap("Undo")
	require.Equal(t, before, f.History(0), "both come back under their own IDs")
	require.Nil(t, s.Find("Undo"))
	s.Tap("More")
	s.Tap("Delete")
	w.main.history.Tick(uitest.Now.Add(9 * time.Second))
	require.NotNil(t, s.Find("Undo"))
	w.main.history.Tick(uitest.Now.Add(10 * time.Second))
	require.Nil(t, s.Find("Undo"))
}

func TestDeletionThatFailsOffersNoUndo(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("History")
	s.Tap("More")
	f.Fail(uitest.ErrNoEntry)
	s.Tap("Delete")
	require.Contains(t, w.main.banner.Text(), "no longer in the history")
	require.Nil(t, s.Find("Undo"))
}

func TestDeletingAllDeletesWhatIsShown(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("History")
	before := f.History(0)
	s.Tap("Outgoing")
	s.Tap("Delete all")
	require.True(t, s.Sees("receipts: 3"))
	s.Tap("Cancel")
	require.Len(t, f.History(0), len(before))
	s.Tap("Delete all")
	s.Tap("Delete all")
	require.Len(t, f.History(0), len(before)-3)
	s.Tap("All")
	s.Tap("Delete all")
	s.Tap("Delete all")
	require.Empty(t, f.History(0))
	s.Tap("Undo")
	require.Equal(t, before, f.History(0))
}

func TestKeyboardWalksTheHistory(t *testing.T) {
	_, s := open(t, uitest.New())
	s.Tap("History")
	list := theList(t, s)
	key := func(name fyne.KeyName) { list.TypedKey(&fyne.KeyEvent{Name: name}) }
	key(fyne.KeyDown)
	key(fyne.KeyDown)
	key(fyne.KeyDown) // past the name of yesterday
	key(fyne.KeyReturn)
	require.True(t, s.Sees("With Jonas Weber"))
	s.Key(fyne.KeyEscape)
	key(fyne.KeyUp)
	key(fyne.KeySpace)
	require.True(t, s.Sees("With Mei Lin"))
}

func TestUnknownPeopleAreBlockedFromTheHistory(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	before := len(f.Contacts())
	s.Tap("History")
	s.Tap("Knocks and silenced")
	s.SelectRow(2)
	require.True(t, s.Sees("May I call you about Sunday?"))
	s.Tap("Close")
	s.Type("Search by name", "zoé")
	s.Tap("More")
	s.Tap("Block")
	s.Tap("Block")
	require.Len(t, f.Contacts(), before, "blocking puts nobody into the address book")
	require.Equal(t, "Zoé Petit", f.Blocked()[len(f.Blocked())-1].Name)
	s.Tap("More")
	require.Nil(t, s.Find("Block"))
	s.Tap("Unblock")
	require.NotContains(t, f.Blocked(), f.History(0)[5].Peer)
	s.Tap("More")
	f.Fail(uitest.ErrNoEntry)
	s.Tap("Block")
	s.Tap("Block")
	require.NotEmpty(t, w.main.banner.Text(), "what failed is told")
}

// Cards of knocks are gone after some days; the history still lets in.
func TestOldKnockIsAcceptedFromTheHistory(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("History")
	s.Type("Search by name", "zoé")
	s.Tap("More")
	s.Tap("Accept once")
	require.Len(t, f.Admitted(), 1)
	require.True(t, s.Sees("Zoé Petit may call once"))
}

func TestUnknownPeopleAreAddedFromTheHistory(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("History")
	s.Type("Search by name", "zoé")
	s.Tap("More")
	s.Tap("Add…")
	require.Equal(t, "Zoé Petit", s.Entry("As you want to see it").Text)
	s.Tap("Add to contacts")
	added := f.Contacts()[len(f.Contacts())-1]
	require.Equal(t, uitest.Link("Zoé Petit"), added.Address)
	require.False(t, added.Blocked)
}

// A contact can be called and forgotten, and is neither added nor blocked here.
func TestContactsAreNotAddedAgain(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("History")
	s.Tap("More")
	require.Nil(t, s.Find("Add…"))
	require.Nil(t, s.Find("Block"))
	require.NotNil(t, s.Find("Delete"))
}

func TestShorteningTheHistoryAsksFirst(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	keeps := func() settings.HistoryKeep { return f.Settings().History.Keep }
	s.Tap("History")
	s.Tap("Change…")
	s.Tap("For ever")
	require.Equal(t, settings.KeepForever, keeps(), "nothing is deleted: nothing is asked")
	s.Tap("For 7 days")
	require.True(t, s.Sees("receipts: 3"))
	require.Equal(t, settings.KeepForever, keeps())
	s.Tap("Cancel")
	require.Equal(t, settings.KeepForever, keeps())
	s.Tap("Not at all")
	require.True(t, s.Sees("Delete the whole history?"))
	s.Tap("Delete")
	require.Equal(t, settings.KeepNever, keeps())
	s.Tap("Close")
	require.True(t, s.Sees("Not kept: gone when Paravent closes"))
	w.main.open(pagePrefs)
	s.Tap("For 30 days")
	require.True(t, s.Sees("Delete what is older?"))
	s.Tap("Delete")
	require.Equal(t, settings.Keep30Days, keeps())
}

// What was missed is counted in the rail and the title until the page was
// looked at: not under a call, and not while another program is in front.
func TestBadgeStaysUntilTheHistoryWasSeen(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	require.Equal(t, "Paravent", w.win.Title())
	missedFrom(f, "Mei Lin")
	missedFrom(f, "Sam")
	require.Equal(t, 2, w.main.nav[pageHistory].Count())
	require.Equal(t, "(2) Paravent", w.win.Title())
	s.Tap("History")
	require.Zero(t, f.Unseen())
	require.Equal(t, "Paravent", w.win.Title())
	w.away = true
	missedFrom(f, "Sam")
	require.Equal(t, 1, f.Unseen())
	w.away = false
	id := relayed(f)
	missedFrom(f, "Sam")
	require.Equal(t, 2, f.Unseen())
	require.Equal(t, "(2) Paravent", w.win.Title())
	f.End(id, phone.RemoteHungUp)
	require.Equal(t, 2, f.Unseen(), "the screen of the ended call is in front")
	w.closeEnded()
	require.Zero(t, f.Unseen())
}

// Names as strangers choose them neither break lines nor the window.
func TestHistoryShowsHostileNamesSafely(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("History")
	size := s.Window.Content().MinSize()
	for _, name := range []string{strings.Repeat("W", 5000), "שלום \u202eevil", "👩‍👩‍👧‍👦\n\x00\u2066", ""} {
		f.AddHistory(phone.HistoryEntry{Kind: phone.HistoryKnock, At: uitest.Now.AddDate(0, 0, -4), Peer: phone.Person{ID: "ff", Name: name}, Text: name + "\u202e\n"})
	}
	require.False(t, s.Sees("\u202e"))
	require.False(t, s.Sees("\x00"))
	require.Equal(t, size, s.Window.Content().MinSize())
}

// A long history is drawn anew at each change.
func BenchmarkHistoryPage(b *testing.B) {
	f := uitest.New()
	w := newWindow(test.NewTempApp(b), f, still())
	defer w.Close()
	w.Show()
	for i := range 1200 {
		f.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall, At: uitest.Now.AddDate(0, 0, i/12-100), Peer: f.Person("Sam"), Reason: phone.Missed})
	}
	w.main.open(pageHistory)
	for b.Loop() {
		missed := phone.HistoryEntry{Kind: phone.HistoryCall, At: uitest.Now, Peer: f.Person("Sam"), Reason: phone.Missed}
		f.AddHistory(missed)
	}
}

package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
	"paravent/ui/widgets"
)

func contactsScenes() map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
	return map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen){
		"add-known": func(_ *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.contacts.Add()
			s.Entry("paravent:…").SetText(f.Person("Mei Lin").Address)
		},
		"contacts-removed": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			s.Tap(w.env.Words.T("contacts.view-verified"))
			focusList(w)
			s.Key(fyne.KeyDelete)
		},
		"contacts-menu": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			s.Tap(w.env.Words.T("contacts.menu"))
		},
		"contacts-export": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			s.Tap(w.env.Words.T("contacts.menu"))
			s.Tap(w.env.Words.T("contacts.export"))
		},
		"contacts-imported": func(t *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			importCards(t, w, s, files(t, nil), cards(f))
		},
		"scan-no-camera": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.contacts.Add()
			s.Tap(w.env.Words.T("scan.camera"))
		},
	}
}

// focusList leads from the search to the list, as the key Down does.
func focusList(w *Window) {
	w.findKey()
	uitest.Screen{Window: w.win}.Key(fyne.KeyDown)
}

func TestAddContact(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("Add a contact")
	s.Tap("Add")
	require.True(t, s.Sees("Please paste a call address."))
	s.Type("paravent:…", "https://example.org")
	s.Tap("Add")
	require.True(t, s.Sees("Please give a name."))
	s.Type("As you want to see it", "Zoé")
	s.Tap("Add")
	require.True(t, s.Sees("not a complete call address"))
	s.Type("paravent:…", uitest.Link("zoe"))
	s.Tap("Add")
	require.True(t, s.Sees("Zoé"))
	require.Len(t, f.Contacts(), 9)
}

func TestSearchAsYouType(t *testing.T) {
	_, s := open(t, uitest.New())
	s.Type("Search", "elo")
	require.True(t, s.Sees("Élodie Martin"))
	require.False(t, s.Sees("Mei Lin"))
	s.Type("Search", "nobody")
	require.True(t, s.Sees("Nobody of that name."))
}

// names are those in the list, from its top.
func names(s uitest.Screen, among ...string) (list []string) {
	for _, text := range s.Texts() {
		for _, name := range among {
			if text == name {
				list = append(list, name)
			}
		}
	}
	return list
}

// Favourites come first, then names that begin with what was typed.
func TestContactsAreInOrder(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	f.SetPeople("Tamara", "Marc", "élan", "Amadou Ba", "Béatrice Morel", "Élodie Martin", "Mei Lin")
	for _, c := range f.Contacts() {
		c.Favourite = strings.HasSuffix(c.Name, "in")
		require.NoError(t, f.PutContact(c))
	}
	all := []string{"Élodie Martin", "Mei Lin", "Marc", "Tamara", "élan", "Béatrice Morel", "Amadou Ba"}
	require.Equal(t, []string{"Élodie Martin", "Mei Lin", "Amadou Ba", "Béatrice Morel", "élan", "Marc", "Tamara"}, names(s, all...))
	s.Type("Search", "MAR")
	require.Equal(t, []string{"Élodie Martin", "Marc", "Tamara"}, names(s, all...))
	s.Type("Search", "él")
	require.Equal(t, []string{"Élodie Martin", "élan", "Béatrice Morel"}, names(s, all...))
}

func TestViewsOfTheAddressBook(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	all := []string{"Élodie Martin", "Mei Lin", "Amadou Ba", "Old Laptop", "Sam"}
	for view, want := range map[string][]string{
		"All": {"Élodie Martin", "Mei Lin", "Amadou Ba", "Old Laptop", "Sam"}, "Favourites": {"Élodie Martin", "Mei Lin"},
		"Verified": {"Élodie Martin"}, "Blocked": {"Old Laptop"},
	} {
		s.Tap(view)
		require.Equal(t, want, names(s, all...), view)
	}
	s.Tap("Favourites")
	s.Type("Search", "mei")
	require.Equal(t, []string{"Mei Lin"}, names(s, all...))
	s.Type("Search", "sam")
	require.True(t, s.Sees("Nobody of that name."))
	s.Type("Search", "")
	for range 2 {
		s.Tap("No longer a favourite")
	}
	require.True(t, s.Sees("No favourites yet."))
	s.Tap("Add a contact") // whoever is new is seen, whatever was shown
	s.Type("paravent:…", uitest.Link("zoe"))
	s.Type("As you want to see it", "Zoé")
	s.Tap("Add")
	require.Equal(t, []string{"Zoé"}, names(s, "Zoé"))
	s.Key(fyne.KeyReturn)
	require.True(t, s.Sees("Zoé") && s.Sees("Remove"), "the keyboard is on the new one")
}

// What is wrong with a name leads to the name, anything else to the link.
func TestAddLeadsToWhatIsWrong(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("Add a contact")
	s.Type("paravent:…", uitest.Link("zoe"))
	s.Type("As you want to see it", "Zoé")
	for _, row := range []struct {
		err   error
		field string
	}{{uitest.ErrNameTaken, "As you want to see it"}, {phone.ErrDiskFull, "paravent:…"}} {
		f.Fail(row.err)
		s.Tap("Add")
		require.True(t, s.Sees(w.env.Words.Error(row.err)))
		require.Same(t, s.Entry(row.field), focusedEntry(t, w))
	}
	low := func() float32 {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(s.Find("Add").(fyne.CanvasObject)).Y
	}
	with := low()
	s.Type("As you want to see it", "Zo")
	require.Less(t, low(), with, "the dialog shrinks again")
}

func focusedEntry(t *testing.T, w *Window) *widget.Entry {
	t.Helper()
	e, ok := w.win.Canvas().Focused().(*widgets.Entry)
	require.True(t, ok)
	return &e.Entry
}

// Home, End and the page keys lead through an address book of thousands.
func TestContactsByPages(t *testing.T) {
	f := uitest.New()
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("Person %03d", i))
	}
	f.SetPeople(many...)
	w, s := open(t, f)
	on := func() string {
		s.Key(fyne.KeyReturn)
		require.Equal(t, pageContact, w.main.page)
		for _, name := range s.Texts() {
			if strings.HasPrefix(name, "Person ") {
				s.Key(fyne.KeyEscape)
				return name
			}
		}
		t.Fatal("nobody")
		return ""
	}
	w.findKey()
	s.Key(fyne.KeyDown)
	require.Equal(t, "Person 000", on())
	s.Key(fyne.KeyEnd)
	require.Equal(t, "Person 499", on())
	s.Key(fyne.KeyPageUp)
	up := on()
	require.Less(t, up, "Person 496")
	require.Greater(t, up, "Person 480")
	s.Key(fyne.KeyPageDown)
	require.Equal(t, "Person 499", on())
	s.Key(fyne.KeyHome)
	s.Key(fyne.KeyPageUp)
	require.Equal(t, "Person 000", on())
}

// Enter leads from the link to the name, and then adds: a link has one line.
func TestAddByEnter(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("Add a contact")
	test.Type(w.win.Canvas().Focused(), uitest.Link("zoe"))
	s.Key(fyne.KeyReturn)
	require.Equal(t, uitest.Link("zoe"), s.Entry("paravent:…").Text)
	test.Type(w.win.Canvas().Focused(), "Zoé")
	s.Key(fyne.KeyReturn)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	require.Equal(t, []string{"Zoé"}, names(s, "Zoé"))
}

// The whole address book by keyboard; the test driver has no shortcuts.
func TestContactsByKeyboard(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("Settings")
	w.addKey()
	require.True(t, s.Sees("Ask the person for their call address"))
	w.addKey() // once is enough
	require.Len(t, w.win.Canvas().Overlays().List(), 1)
	w.findKey()
	s.Key(fyne.KeyEscape)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	w.findKey()
	test.Type(w.win.Canvas().Focused(), "m")
	s.Key(fyne.KeyDown)
	s.Key(fyne.KeyDown)
	s.Key(fyne.KeyReturn)
	require.Equal(t, pageContact, w.main.page)
	require.True(t, s.Sees("Mei Lin"))
	w.findKey()
	require.Equal(t, pageContacts, w.main.page)
	s.Key(fyne.KeyReturn)
	require.True(t, s.Sees("Élodie Martin"), "the first one that was found")
	w.main.open(pageHistory)
	w.findKey()
	require.Equal(t, pageHistory, w.main.page)
	require.Same(t, s.Entry(w.env.Words.T("history.search")), w.win.Canvas().Focused())
	relayed(f)
	w.findKey()
	w.addKey()
	require.Nil(t, w.win.Canvas().Overlays().Top(), "a call has the keys")
}

// Removing can be undone, with all that was granted and found out.
func TestRemoveAndUndo(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	before := f.Contacts()
	focusList(w)
	s.Key(fyne.KeyDelete)
	require.True(t, s.Sees("Élodie Martin was removed."))
	require.Len(t, f.Contacts(), 7)
	s.Key(fyne.KeyDelete)
	require.True(t, s.Sees("2 contacts were removed."))
	s.Tap("Undo")
	require.Equal(t, before, f.Contacts())
	require.False(t, s.Sees("removed."))
	s.Key(fyne.KeyDelete)
	w.undoKey()
	require.Equal(t, before, f.Contacts())

	s.Key(fyne.KeyDelete)
	w.main.contacts.Tick(uitest.Now.Add(11 * time.Second))
	require.False(t, s.Sees("removed."), "the offer is over")
	s.Key(fyne.KeyDelete)
	require.True(t, s.Sees("Mei Lin was removed."), "it is about the last one only")
	f.Fail(phone.ErrDiskFull)
	s.Key(fyne.KeyDelete)
	require.Contains(t, w.main.banner.Text(), "disk is full")
	require.True(t, s.Sees("Mei Lin was removed."))
	s.Type("Search", "nobody")
	s.Key(fyne.KeyDown)
	s.Key(fyne.KeyDelete) // there is nobody
	require.Len(t, f.Contacts(), 6)
}

// Names as people choose them, or files bring them, neither break lines nor
// the window, nor make it wait.
func TestContactsShowHostileNamesSafely(t *testing.T) {
	for what, row := range map[string]struct{ name, want string }{
		"direction": {"Al\u202eecila\u2066", "Alecila"}, "control": {"A\x00l\x1b[2Ji\nce", "Al[2Ji ce"},
		"right to left": {"שלום עליכם", "שלום עליכם"}, "emoji": {"👩🏽 Zoé 🎻", "👩🏽 Zoé 🎻"},
		"marks": {"Z" + strings.Repeat("\u0334", 500), "Z\u0334\u0334"}, "nothing": {"\u200b\u3164", ""},
		"long": {strings.Repeat("W", 10<<20), strings.Repeat("W", 47) + "…"}, "broken": {"A\xff\xfel", "Al"},
		"long nothing": {strings.Repeat("\u200b", 3<<20) + "x", "x"},
	} {
		t.Run(what, func(t *testing.T) {
			f := uitest.New()
			w, s := open(t, f)
			size := s.Window.Content().MinSize()
			f.SetPeople(row.name)
			if row.want == "" {
				row.want = w.env.Words.T("person.unnamed")
			}
			require.Contains(t, s.Texts(), row.want)
			for _, text := range s.Texts() {
				require.False(t, strings.ContainsAny(text, "\u202e\u2066\x00\x1b\n") || !utf8.ValidString(text), "%q", text)
			}
			require.Equal(t, size, s.Window.Content().MinSize())
			took := time.Now()
			s.Type("Search", "abc")
			require.Less(t, time.Since(took), time.Second)
		})
	}
}

// cards is a file of the fake's vCards: one new, one with another address, one
// that is here already, and two that cannot be imported.
func cards(f *uitest.Fake) string {
	return "Zoé\t" + uitest.Link("zoe") + "\nSam\t" + uitest.Link("sam's new phone") + "\nMei Lin\t" + f.Person("Mei Lin").Address +
		"\nA pizzeria\t\nAl\u202eecila\tparavent?\n"
}

// importCards imports a file as the person does.
func importCards(t *testing.T, w *Window, s uitest.Screen, home, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(home, "people.vcf"), []byte(text), 0o600))
	s.Tap(w.env.Words.T("contacts.menu"))
	s.Tap(w.env.Words.T("contacts.import"))
	require.False(t, s.Sees("notes.txt"), "only vCards are offered")
	s.PickFile("people.vcf")
	s.Tap(w.env.Words.T("file.open"))
}

func TestImportSaysWhatHappenedAndCanBeUndone(t *testing.T) {
	home := files(t, map[string]string{"notes.txt": "not a contact"})
	f := uitest.New()
	w, s := open(t, f)
	before := f.Contacts()
	importCards(t, w, s, home, cards(f))
	for _, part := range []string{
		"Added: 1", "now with the address of the file: 1", "with the same address: 1", "Not imported: 2",
		"A pizzeria", "No call address of Paravent.", "Alecila", "Its call address is not complete.",
	} {
		require.True(t, s.Sees(part), part)
	}
	require.Len(t, f.Contacts(), len(before)+1)
	require.Equal(t, uitest.Link("sam's new phone"), contactOf(f, "Sam").Address)
	require.Equal(t, phone.Changed, contactOf(f, "Sam").Trust)

	f.Fail(phone.ErrDiskFull)
	s.Tap("Undo the import")
	require.Contains(t, w.main.banner.Text(), "disk is full")
	require.Len(t, f.Contacts(), len(before)+1)
	importCards(t, w, s, home, "Zoé\t"+uitest.Link("zoe"))
	require.Nil(t, s.Find("Undo the import"), "nothing was changed")
	s.Tap("Done")
	importCards(t, w, s, home, "Zoé\t"+uitest.Link("zoe 2")+"\nYann\t"+uitest.Link("yann"))
	s.Tap("Undo the import")
	require.Len(t, f.Contacts(), len(before)+1)
	require.Equal(t, uitest.Link("zoe"), contactOf(f, "Zoé").Address, "only the last one is taken back")

	importCards(t, w, s, home, "nonsense")
	require.Contains(t, w.main.banner.Text(), "There is no contact in this file.")
}

func contactOf(f *uitest.Fake, name string) phone.Contact {
	for _, c := range f.Contacts() {
		if c.Name == name {
			return c
		}
	}
	return phone.Contact{}
}

// While a file is read, the page says so, and no other can be chosen.
func TestImportTakesItsTime(t *testing.T) {
	home := files(t, nil)
	t.Setenv("PARAVENT_RENDER", "raster")
	var waiting []func() func()
	slow := still()
	slow.spawn = func(work func() func()) { waiting = append(waiting, work) }
	proceed := func() {
		work := waiting
		for waiting = nil; len(work) > 0; work = work[1:] {
			if done := work[0](); done != nil {
				done()
			}
		}
	}
	f := uitest.New()
	w := newWindow(test.NewTempApp(t), f, slow)
	t.Cleanup(w.Close)
	s := uitest.Screen{T: t, Window: w.win}
	importCards(t, w, s, home, cards(f))
	proceed() // the file is read
	require.True(t, s.Sees("Working on the address book…"))
	s.Tap("Import and export") // disabled
	require.Nil(t, w.win.Canvas().Overlays().Top())
	proceed()
	require.True(t, s.Sees("What was imported"))
	s.Tap("Done")
	require.False(t, s.Sees("Working on the address book…"))
}

func TestExportContacts(t *testing.T) {
	home := files(t, nil)
	f := uitest.New()
	w, s := open(t, f)
	export := func() {
		s.Tap("Import and export")
		s.Tap("Export contacts…")
		require.True(t, s.Sees("people who are blocked or whose key changed"))
		s.Tap("Choose a place")
	}
	export()
	require.Equal(t, "paravent-contacts.vcf", s.Entries()[0].Text)
	s.Tap("Save")
	require.True(t, s.Sees("Saved as paravent-contacts.vcf"))
	s.Key(fyne.KeyReturn)
	written, err := os.ReadFile(filepath.Join(home, "paravent-contacts.vcf"))
	require.NoError(t, err)
	require.Contains(t, string(written), "Élodie Martin\t"+f.Person("Élodie Martin").Address)
	require.NotContains(t, string(written), "Old Laptop")
	f.Fail(phone.ErrDiskFull)
	export()
	require.Contains(t, w.main.banner.Text(), "disk is full")
	f.SetPeople()
	s.Tap("Import and export")
	s.Tap("Export contacts…") // disabled: there is nobody
	require.False(t, s.Sees("Choose a place"))
}

// crowd opens the address book of that many people, with the focus in the
// search. The letter that is returned narrows it, or widens it again.
func crowd(tb testing.TB, people int) (letter func()) {
	tb.Helper()
	f := uitest.New()
	w := newWindow(test.NewTempApp(tb), f, still())
	tb.Cleanup(w.Close)
	w.Show()
	list := make([]string, people)
	for i := range list {
		list[i] = fmt.Sprintf("%c%c Élan %d", 'a'+i%26, 'a'+i/26%26, i)
	}
	f.SetPeople(list...)
	w.findKey()
	search, typed := w.win.Canvas().Focused(), false
	return func() {
		if typed = !typed; typed {
			search.TypedRune('e')
		} else {
			search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
		}
	}
}

// A letter costs what the rows on the screen cost, and next to nothing for the
// people who are not there: no name is folded again, and no row is built.
func TestTypingStaysFluidWithManyContacts(t *testing.T) {
	few, many := crowd(t, 100), crowd(t, 10_000)
	few()
	many()
	a, b := testing.AllocsPerRun(20, few), testing.AllocsPerRun(20, many)
	t.Logf("a letter allocates %.0f times with 100 contacts, %.0f with 10,000", a, b)
	require.Less(t, b, 1.2*a+100)
}

func BenchmarkTypingInContacts(b *testing.B) {
	for _, people := range []int{100, 10_000} {
		b.Run(strconv.Itoa(people), func(b *testing.B) {
			letter := crowd(b, people)
			for b.Loop() {
				letter()
			}
		})
	}
}

// Whatever happens to people or calls, the page is read again.
func BenchmarkContactsReload(b *testing.B) {
	for _, people := range []int{100, 10_000} {
		b.Run(strconv.Itoa(people), func(b *testing.B) {
			f := uitest.New()
			w := newWindow(test.NewTempApp(b), f, still())
			defer w.Close()
			list := make([]string, people)
			for i := range list {
				list[i] = fmt.Sprintf("Élan %d", i)
			}
			f.SetPeople(list...)
			for b.Loop() {
				w.main.contacts.Reload()
			}
		})
	}
}

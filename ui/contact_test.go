package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

// personScenes are the pages of contacts.
func personScenes() map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
	page := func(name string) func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
		return func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			w.main.openContact(f.Person(name).ID)
		}
	}
	return map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen){
		"contact":          page("Mei Lin"),
		"contact-verified": page("Élodie Martin"),
		"contact-changed":  page("Sam"),
		"contact-blocked":  page("Old Laptop"),
		"contact-lockdown": func(t *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = true })
			page("Jonas Weber")(t, f, w, s)
		},
		"contact-compare": func(t *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			page("Mei Lin")(t, f, w, s)
			s.Tap(w.env.Words.T("contact.compare"))
		},
		"contact-replace": func(t *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			granted(f)
			page("Élodie Martin")(t, f, w, s)
			s.Tap(w.env.Words.T("contact.replace"))
			s.Type("paravent:…", stranger)
		},
		"contact-code": func(t *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			page("Mei Lin")(t, f, w, s)
			s.Tap(w.env.Words.T("code.enlarge"))
		},
	}
}

// person is the contact of that name.
func person(f *uitest.Fake, name string) phone.Contact {
	for _, c := range f.Contacts() {
		if c.Name == name {
			return c
		}
	}
	return phone.Contact{}
}

func openPerson(t *testing.T, f *uitest.Fake, name string) (*Window, uitest.Screen) {
	t.Helper()
	w, s := open(t, f)
	w.main.openContact(f.Person(name).ID)
	return w, s
}

func TestContactsOpenTheirOwnPage(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Type("Search", "amadou")
	s.SelectRow(0)
	require.Equal(t, pageContact, w.main.page)
	require.True(t, s.Sees("Amadou Ba") && s.Sees("Not verified yet"))
	s.Tap("Back to the list")
	require.Equal(t, pageContacts, w.main.page)
	s.Tap("Details")
	s.Key(fyne.KeyEscape)
	require.Equal(t, pageContacts, w.main.page)
	s.Tap("History")
	s.Tap("More")
	s.Tap("Details")
	require.True(t, s.Sees("Élodie Martin") && s.Sees("whoever calls with this one is Élodie Martin"))
	s.Tap("Back to the list")
	require.Equal(t, pageHistory, w.main.page, "back to where it was opened")
}

func TestContactIsCalledFromItsPage(t *testing.T) {
	f := uitest.New()
	w, s := openPerson(t, f, "Mei Lin")
	s.Tap("Video call")
	require.Equal(t, []string{"call Mei Lin true"}, f.Log())
	f.End(f.Calls()[0].ID, phone.NoAnswer)
	w.closeEnded()
	require.Equal(t, pageContact, w.main.page)
	s.Tap("Leave a knock")
	s.Type("Who you are, and what it is about", "It is me")
	s.Tap("Leave it")
	require.Contains(t, f.Log()[1], "knock "+person(f, "Mei Lin").ID)
}

func TestContactChoicesAreSavedAtOnce(t *testing.T) {
	f := uitest.New()
	_, s := openPerson(t, f, "Amadou Ba")
	s.Tap("Direct, if they allow it too")
	s.Tap("Always let it ring")
	s.Tap("Make a favourite")
	c := person(f, "Amadou Ba")
	require.Equal(t, phone.RouteDirect, c.Route)
	require.Equal(t, phone.PermissionAlways, c.Permission)
	require.True(t, c.Favourite)
	s.Tap("Never let it ring")
	s.Tap("No longer a favourite")
	c = person(f, "Amadou Ba")
	require.Equal(t, phone.PermissionNever, c.Permission)
	require.False(t, c.Favourite)
	require.Equal(t, phone.RouteDirect, c.Route, "what was chosen before stays")
}

// In lockdown no route is chosen, and what was chosen before is not lost.
func TestContactRouteIsLockedInLockdown(t *testing.T) {
	f := uitest.New()
	_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = true })
	_, s := openPerson(t, f, "Jonas Weber")
	require.True(t, s.Sees("Lockdown is on"))
	s.Tap("As in the settings")
	require.Equal(t, phone.RouteDirect, person(f, "Jonas Weber").Route)
	_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = false })
	require.False(t, s.Sees("Lockdown is on"))
	s.Tap("Always through a relay")
	require.Equal(t, phone.RouteRelay, person(f, "Jonas Weber").Route)
}

func TestContactIsRenamedInPlace(t *testing.T) {
	f := uitest.New()
	w, s := openPerson(t, f, "Mei Lin")
	const field = "As you want to see it"
	s.Type(field, "sam")
	f.Emit(phone.ContactsChanged{})
	require.Equal(t, "sam", s.Entry(field).Text, "what is typed stays")
	s.Tap("Rename")
	require.True(t, s.Sees("Somebody else in your address book has this name"))
	s.Type(field, "  ")
	require.False(t, s.Sees("Somebody else in your address book"))
	s.Entry(field).TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	require.True(t, s.Sees("Please give a name."))
	s.Type(field, "Mei")
	s.Entry(field).TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	require.Equal(t, uitest.Link("Mei Lin"), person(f, "Mei").Address)
	s.Type(field, "half a na")
	s.Key(fyne.KeyEscape)
	require.Equal(t, pageContacts, w.main.page)
	w.main.openContact(person(f, "Mei").ID)
	require.Equal(t, "Mei", s.Entry(field).Text, "nothing of what was given up is left")
}

func TestTrustIsToldAndTakenAway(t *testing.T) {
	f := uitest.New()
	_, s := openPerson(t, f, "Élodie Martin")
	require.False(t, s.Sees("is not the one you knew"))
	s.Tap("The words were different")
	s.Tap("Cancel")
	require.Equal(t, phone.Verified, person(f, "Élodie Martin").Trust)
	s.Tap("The words were different")
	require.True(t, s.Sees("through the relay only"))
	s.Tap("They were different")
	require.Equal(t, phone.Changed, person(f, "Élodie Martin").Trust)
	require.True(t, s.Sees("The key of Élodie Martin is not the one you knew"))
	require.Nil(t, s.Find("The words were different"), "more cannot be taken away")
}

func TestContactIsBlockedAndUnblockedOnItsPage(t *testing.T) {
	f := uitest.New()
	_, s := openPerson(t, f, "Mei Lin")
	s.Tap("Block")
	require.True(t, person(f, "Mei Lin").Blocked)
	require.True(t, s.Sees("Mei Lin is blocked"))
	s.Tap("Audio call")
	s.Tap("Leave a knock")
	s.Tap("Always let it ring")
	require.Empty(t, f.Calls())
	require.Nil(t, s.Window.Canvas().Overlays().Top())
	require.Equal(t, phone.PermissionInherit, person(f, "Mei Lin").Permission)
	s.Tap("Unblock")
	require.False(t, person(f, "Mei Lin").Blocked)
	s.Tap("Audio call")
	require.Len(t, f.Calls(), 1)
}

func TestRemovedContactHasNoPage(t *testing.T) {
	f := uitest.New()
	w, s := openPerson(t, f, "Mei Lin")
	before, sam := person(f, "Élodie Martin"), person(f, "Sam").ID
	s.Tap("Remove")
	require.Empty(t, person(f, "Mei Lin").ID)
	require.Equal(t, pageContacts, w.main.page)
	w.main.open(pageHistory)
	w.main.openContact(before.ID)
	f.Fail(phone.ErrDiskFull)
	s.Tap("Remove")
	require.Contains(t, w.main.banner.Text(), "disk is full")
	w.main.openContact(before.ID)
	s.Tap("Remove")
	require.Equal(t, pageContacts, w.main.page, "the offer to undo it stands there")
	s.Tap("Undo")
	require.Equal(t, before, person(f, "Élodie Martin"))
	w.main.openContact(sam)
	require.NoError(t, f.RemoveContact(sam)) // by another way
	require.Equal(t, pageContacts, w.main.page)
	w.main.openContact(sam)
	require.Equal(t, pageContacts, w.main.page)
}

func TestContactAddressIsCopiedAndShown(t *testing.T) {
	f := uitest.New()
	w, s := openPerson(t, f, "Mei Lin")
	s.Tap("Copy link")
	require.Equal(t, uitest.Link("Mei Lin"), w.app.Clipboard().Content())
	s.Tap("Show it large")
	require.True(t, s.Sees("Hold the other phone"))
	s.Key(fyne.KeyEscape)
	require.Equal(t, pageContact, w.main.page, "Escape closes one thing at a time")
	f.Fail(phone.NewFault("code-text-too-long"))
	w.main.openContact(person(f, "Sam").ID)
	require.True(t, s.Sees("does not fit into a QR code"))
}

func TestContactHistoryIsFewThenAll(t *testing.T) {
	f := uitest.New()
	_, s := openPerson(t, f, "Sam")
	require.True(t, s.Sees("No calls with this person yet."))
	for i := range 6 {
		f.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall, At: uitest.Now.Add(time.Duration(i-6) * 24 * time.Hour), Peer: f.Person("Sam"), Reason: phone.Missed})
	}
	times := func() int { return strings.Count(strings.Join(s.Texts(), "\n"), "Missed") }
	require.Equal(t, 4, times())
	require.True(t, s.Sees("22 November") || s.Sees("Yesterday"), "the newest")
	s.Tap(fmt.Sprintf("Show all %d", 6))
	require.Equal(t, 6, times())
}

func TestReceiptOpensFromTheContactsPage(t *testing.T) {
	f := uitest.New()
	_, s := openPerson(t, f, "Jonas Weber")
	s.Tap("What it showed")
	require.True(t, s.Sees("With Jonas Weber") && s.Sees("203.0.113.7:40000"))
}

// Everything on the page is reached by Tab, and the focus stays where it is
// when the phone tells of a change.
func TestContactPageByKeyboard(t *testing.T) {
	f := uitest.New()
	w, s := openPerson(t, f, "Jonas Weber")
	c := w.win.Canvas()
	seen := map[fyne.Focusable]bool{}
	for range 60 {
		c.FocusNext()
		seen[c.Focused()] = true
	}
	for _, name := range []string{
		"Back to the list", "Make a favourite", "Audio call", "Video call", "Leave a knock", "The words were different", "Always through a relay",
		"Always let it ring", "Copy link", "Show it large", "What it showed", "Block", "Remove",
	} {
		o, ok := s.Find(name).(fyne.Focusable)
		require.True(t, ok && seen[o], name)
	}
	c.Focus(s.Find("Make a favourite").(fyne.Focusable))
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	require.True(t, person(f, "Jonas Weber").Favourite)
	require.Equal(t, s.Find("No longer a favourite"), c.Focused())
}

// Names as others chose them neither break lines nor the window.
func TestContactPageShowsHostileNamesSafely(t *testing.T) {
	f := uitest.New()
	w, s := openPerson(t, f, "Mei Lin")
	size := s.Window.Content().MinSize()
	for _, name := range []string{strings.Repeat("W", 5000), "שלום \u202eevil", "👩‍👩‍👧‍👦\n\x00\u2066"} {
		c := person(f, "Mei Lin")
		if c.ID == "" {
			c, _ = f.AddContact("x", uitest.Link("x"))
		}
		c.Name = name
		require.NoError(t, f.PutContact(c))
		w.main.openContact(c.ID)
		s.Tap("Block")
		require.Equal(t, size.Width, s.Window.Content().MinSize().Width)
		require.NoError(t, f.RemoveContact(c.ID))
	}
}

// granted gives Élodie Martin all that a contact can be granted.
func granted(f *uitest.Fake) {
	c := person(f, "Élodie Martin")
	c.Permission, c.Route = phone.PermissionAlways, phone.RouteDirect
	_ = f.PutContact(c)
}

// sees makes the camera of f see link at once.
func sees(f *uitest.Fake, link string) {
	f.OnScan(func(context.Context, phone.Screen) (string, error) { return link, nil })
}

func TestComparingInPersonVerifies(t *testing.T) {
	f := uitest.New()
	_, s := openPerson(t, f, "Sam")
	s.Tap("Compare in person…")
	sees(f, uitest.Link("Mei Lin"))
	s.Tap("With the camera…")
	require.True(t, s.Sees("it belongs to somebody else"))
	require.Equal(t, phone.Changed, person(f, "Sam").Trust)
	sees(f, uitest.Link("Sam"))
	s.Tap("With the camera…")
	require.True(t, s.Sees("this is Sam"))
	s.Tap("Close")
	require.Equal(t, phone.Verified, person(f, "Sam").Trust)
	require.True(t, s.Sees("whoever calls with this one is Sam"))
	require.False(t, s.Sees("is not the one you knew"))
	require.Nil(t, s.Find("Compare in person…"))
}

// What another key ends is said before it is done.
func TestAddressIsReplaced(t *testing.T) {
	f := uitest.New()
	granted(f)
	w, s := openPerson(t, f, "Élodie Martin")
	before := person(f, "Élodie Martin")
	s.Tap("Replace…")
	for _, row := range []struct{ link, says string }{
		{"nonsense", "not a complete call address"},
		{uitest.Link("Mei Lin"), "the address of Mei Lin"},
	} {
		s.Type("paravent:…", row.link)
		require.True(t, s.Sees(row.says), row.says)
		s.Tap("Replace")
		require.Equal(t, before, person(f, "Élodie Martin"))
	}
	s.Type("paravent:…", uitest.Link("Élodie Martin")+"&newer")
	require.True(t, s.Sees("nothing else changes"))
	s.Type("paravent:…", stranger)
	for _, part := range []string{"another key", "The verification ends.", "“Always let it ring” ends.", "Direct calls end."} {
		require.True(t, s.Sees(part), part)
	}
	f.Fail(phone.ErrDiskFull)
	s.Tap("Replace")
	require.True(t, s.Sees("The disk is full"))
	require.Equal(t, before, person(f, "Élodie Martin"))
	s.Tap("Replace")
	after := person(f, "Élodie Martin")
	require.Equal(t, stranger, after.Address)
	require.Equal(t, phone.Changed, after.Trust)
	require.Equal(t, pageContact, w.main.page, "the page is that of the new key")
	require.True(t, s.Sees("The key of Élodie Martin is not the one you knew"))
}

func TestNewerAddressIsReplacedByACode(t *testing.T) {
	f := uitest.New()
	granted(f)
	_, s := openPerson(t, f, "Élodie Martin")
	newer := uitest.Link("Élodie Martin") + "&newer"
	s.Tap("Replace…")
	sees(f, newer)
	s.Tap("With the camera…")
	s.Tap("Replace")
	c := person(f, "Élodie Martin")
	require.Equal(t, newer, c.Address)
	require.Equal(t, phone.Verified, c.Trust)
	require.Equal(t, phone.PermissionAlways, c.Permission)
}

// A card about a contact leads to their page.
func TestCardOfAContactLeadsToTheirPage(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	f.Emit(phone.Admitted{From: f.Person("Mei Lin"), Until: uitest.Now.Add(time.Hour)})
	w.main.open(pageDial)
	s.Tap("Details")
	require.Equal(t, f.Person("Mei Lin").ID, w.main.contact.ID())
	s.Key(fyne.KeyEscape)
	require.Equal(t, pageDial, w.main.page)
}

// Enter opens the page, Escape leads back, and the list is where it was.
func TestContactPageIsVisitedByKeyboard(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	c := w.win.Canvas()
	list := theList(t, s)
	c.Focus(list)
	s.Key(fyne.KeyDown)
	s.Key(fyne.KeyReturn)
	require.Equal(t, person(f, "Mei Lin").ID, w.main.contact.ID())
	require.Equal(t, s.Find("Back to the list"), c.Focused())
	s.Key(fyne.KeyEscape)
	require.Equal(t, pageContacts, w.main.page)
	require.Equal(t, list, c.Focused())
	s.Key(fyne.KeyReturn)
	require.Equal(t, person(f, "Mei Lin").ID, w.main.contact.ID())
	// Somebody else calls meanwhile, and the contact is gone before it ends.
	id := relayed(f)
	require.NoError(t, f.RemoveContact(person(f, "Mei Lin").ID))
	f.End(id, phone.RemoteHungUp)
	w.closeEnded()
	require.Equal(t, pageContacts, w.main.page)
}

func TestEscapeLeavesTheCheck(t *testing.T) {
	w, s := open(t, uitest.New())
	w.main.open(pageCheck)
	s.Key(fyne.KeyEscape)
	require.Equal(t, pagePrefs, w.main.page)
}

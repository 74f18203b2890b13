package app

import (
	"errors"
	"testing"

	"paravent/app/people"
	"paravent/app/phone"
	"paravent/settings"
)

// trusted is an unattended phone with a contact to whom much was granted.
func trusted(t *testing.T) (*App, phone.Contact) {
	t.Helper()
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	c, err := a.AddContact("Mei", linkOn(t, "198.51.100.7:7000"))
	if err != nil {
		t.Fatal(err)
	}
	c.Favourite, c.Permission, c.Route = true, phone.PermissionAlways, phone.RouteDirect
	if err := errors.Join(a.PutContact(c), a.Verify("Mei")); err != nil {
		t.Fatal(err)
	}
	return a, c
}

func trustOf(t *testing.T, a *App, contact string) phone.Trust {
	t.Helper()
	c, err := a.FindContact(contact)
	if err != nil {
		t.Fatal(err)
	}
	return c.Trust
}

func TestTrustFollowsWhatThePersonSays(t *testing.T) {
	a, c := trusted(t)
	if got := trustOf(t, a, c.ID); got != phone.Verified {
		t.Errorf("verified: %s", got)
	}
	if err := a.Distrust(c.ID); err != nil || trustOf(t, a, c.ID) != phone.Changed {
		t.Errorf("distrusted: %v, %s", err, trustOf(t, a, c.ID))
	}
	if err := a.Verify("nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("verified nobody: %v", err)
	}
}

// Removing is undone by putting the contact back: nothing that was granted,
// refused or found out is kept elsewhere.
func TestARemovedContactComesBackWhole(t *testing.T) {
	a, c := trusted(t)
	if err := a.BlockPerson(phone.Person{ID: c.ID}); err != nil {
		t.Fatal(err)
	}
	before, err := a.FindContact(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.RemoveContact(c.ID), a.PutContact(before)); err != nil {
		t.Fatal(err)
	}
	after, err := a.FindContact(c.ID)
	if err != nil || after != before || after.Trust != phone.Verified || !after.Blocked {
		t.Errorf("%v: %+v came back as %+v", err, before, after)
	}
	if others := a.door.Blocked(); len(others) != 0 {
		t.Errorf("blocked outside the address book too: %v", others)
	}
}

func TestP05CompareCode(t *testing.T) {
	a, c := trusted(t)
	if err := a.Distrust(c.ID); err != nil {
		t.Fatal(err)
	}
	for what, code := range map[string]string{"somebody else's": linkOn(t, "198.51.100.7:7000"), "none": "hello", "one's own": "paravent:"} {
		if err := a.CompareCode(c.ID, code); err == nil || trustOf(t, a, c.ID) != phone.Changed {
			t.Errorf("%s: %v, %s", what, err, trustOf(t, a, c.ID))
		}
	}
	if err := a.CompareCode(c.ID, linkOn(t, "198.51.100.7:7000")); !errors.Is(err, ErrOtherCode) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := a.CompareCode("Mei", c.Address); err != nil || trustOf(t, a, c.ID) != phone.Verified {
		t.Errorf("theirs: %v", err)
	}
}

// A contact with another key has nothing of what was granted to the key
// before, and the old key is nobody's any more.
func TestP05AnotherKeyInheritsNothing(t *testing.T) {
	a, old := trusted(t)
	link := linkOn(t, "198.51.100.9:7000")
	c, err := a.ReplaceAddress("Mei", link)
	if err != nil {
		t.Fatal(err)
	}
	if c.ID == old.ID || c.Name != "Mei" || c.Trust != phone.Changed || c.Permission != phone.PermissionInherit ||
		c.Route != phone.RouteInherit || !c.Favourite || c.Address != link {
		t.Errorf("got %+v", c)
	}
	if _, err := a.FindContact(old.ID); !errors.Is(err, ErrNotFound) || len(a.Contacts()) != 1 {
		t.Errorf("the old key is still there: %v, %v", err, a.Contacts())
	}
	if err := a.UpdateSettings(func(s *settings.Settings) { s.Privacy.Route, s.Calls.Preconnect = settings.RouteDirect, true }); err != nil {
		t.Fatal(err)
	}
	p, peer := policy{a}, stranger(link)
	if p.Wish(peer) != phone.Relay || p.MayGoDirect(peer) || p.Prepare(peer) {
		t.Errorf("wish %v, may go direct %v, prepare %v", p.Wish(peer), p.MayGoDirect(peer), p.Prepare(peer))
	}
	if err := a.Verify("Mei"); err != nil || p.Wish(peer) != phone.Direct || !p.Prepare(peer) {
		t.Errorf("verified again: %v, wish %v, prepare %v", err, p.Wish(peer), p.Prepare(peer))
	}
}

func TestReplaceAddressRefuses(t *testing.T) {
	a, c := trusted(t)
	other, err := a.AddContact("Other", linkOn(t, "198.51.100.9:7000"))
	if err != nil {
		t.Fatal(err)
	}
	before := a.Contacts()
	if _, err := a.ReplaceAddress("Mei", other.Address); !errors.Is(err, people.ErrAlreadyContact) {
		t.Errorf("another contact's: %v", err)
	}
	if _, err := a.ReplaceAddress("Mei", "no link"); err == nil {
		t.Error("took no link")
	}
	if after := a.Contacts(); len(after) != 2 || after[0] != before[0] || after[1] != before[1] {
		t.Errorf("changed %v to %v", before, after)
	}
	if got, err := a.ReplaceAddress("Mei", c.Address); err != nil || got.Trust != phone.Verified || got.Permission != phone.PermissionAlways {
		t.Errorf("the same identity: %+v, %v", got, err)
	}
}

func TestNoTwoContactsOfOneName(t *testing.T) {
	a, c := trusted(t)
	for _, name := range []string{" méi", "M\u200bei", "Mei\u3164"} {
		if _, err := a.AddContact(name, linkOn(t, "198.51.100.9:7000")); !errors.Is(err, ErrNameTaken) {
			t.Errorf("a second Mei, %q: %v", name, err)
		}
	}
	other, err := a.AddContact("Other", linkOn(t, "198.51.100.9:7000"))
	if err != nil {
		t.Fatal(err)
	}
	other.Name = "MEI"
	if err := a.PutContact(other); !errors.Is(err, ErrNameTaken) {
		t.Errorf("renamed to Mei: %v", err)
	}
	if _, err := a.AddContact("Mei", c.Address); err != nil {
		t.Errorf("Mei herself: %v", err)
	}
}

package app

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"paravent/app/card"
	"paravent/app/identity"
	"paravent/app/people"
	"paravent/app/phone"
	"paravent/server/wire"
)

func imported(t *testing.T, a *App, text string) phone.Import {
	t.Helper()
	got, err := a.ImportContacts(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func cardOf(name string, links ...string) string {
	var b bytes.Buffer
	_ = card.Write(&b, []card.Card{{Name: name, Links: links}})
	return b.String()
}

// moved is a link of the same person on another server.
func moved(t *testing.T, link, hostPort string) string {
	t.Helper()
	address, err := identity.ParseAddress(link)
	if err != nil {
		t.Fatal(err)
	}
	address.Server.HostPort = hostPort
	return address.String()
}

func TestP05ContactsGoFromPhoneToPhone(t *testing.T) {
	a, c := trusted(t)
	other, _ := trusted(t)
	for _, name := range []string{"Zoé; B, C", "漢字 🙂", "Blocked", "Changed"} {
		if _, err := a.AddContact(name, linkOn(t, "198.51.100.7:7000")); err != nil {
			t.Fatal(err)
		}
	}
	blocked, _ := a.FindContact("Blocked")
	blocked.Blocked = true
	if err := errors.Join(a.PutContact(blocked), a.Distrust("Changed"), other.RemoveContact(other.Contacts()[0].ID)); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := a.ExportContacts(&file); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Blocked", "Changed", "always", "favourite", "verified", "direct"} {
		if strings.Contains(file.String(), secret) {
			t.Errorf("the file tells %q", secret)
		}
	}
	text := file.String()
	if got := imported(t, other, text); got.Added != 3 || got.Updated+got.Same+len(got.Skipped) != 0 {
		t.Errorf("%+v", got)
	}
	if got := imported(t, other, text); got.Same != 3 || got.Added+got.Updated+len(got.Skipped) != 0 {
		t.Errorf("once more: %+v", got)
	}
	mei, err := other.FindContact("Mei")
	if want := (phone.Contact{ID: c.ID, Name: "Mei", Address: c.Address, Route: phone.RouteInherit, Permission: phone.PermissionInherit, Trust: phone.Unverified, Added: mei.Added}); err != nil || mei != want {
		t.Errorf("%v: %+v", err, mei)
	}
}

// A file grants nothing, and takes back no refusal.
func TestP05ImportGrantsNothing(t *testing.T) {
	a, c := trusted(t)
	stranger, newer := linkOn(t, "198.51.100.7:7000"), moved(t, c.Address, "198.51.100.9:7000")
	who, err := a.WhoseLink(stranger)
	if err := errors.Join(err, a.BlockPerson(who), a.Distrust(c.ID)); err != nil {
		t.Fatal(err)
	}
	before, _ := a.FindContact(c.ID)
	got := imported(t, a, cardOf("Bank", newer)+cardOf("Eve", stranger))
	if got.Added != 1 || got.Updated != 1 {
		t.Errorf("%+v", got)
	}
	after, _ := a.FindContact(c.ID)
	if before.Address = newer; after != before {
		t.Errorf("more than the address changed: %+v, was %+v", after, before)
	}
	eve, err := a.FindContact("Eve")
	if err != nil || !eve.Blocked || eve.Favourite || eve.Trust != phone.Unverified {
		t.Errorf("%v: %+v", err, eve)
	}
}

func TestImportSaysWhatItSkipped(t *testing.T) {
	a, c := trusted(t)
	link := func() string { return linkOn(t, "198.51.100.7:7000") }
	twice := link()
	text := cardOf("No Address") + cardOf("Damaged", "paravent:AAAA") + cardOf("", link()) + cardOf("\u202e\u200b", link()) + cardOf("mei", link()) +
		cardOf("Twice", twice) + cardOf("Twice Again", twice) + cardOf("Same Name", link()) + cardOf("SAME  NAME", link()) +
		cardOf("One Good Link", "paravent:x", link()) + "BEGIN:VCARD\r\nFN:Cut\r\nIMPP:" + link()
	got := imported(t, a, text)
	if got.Added != 3 || got.Updated != 0 || got.Same != 0 {
		t.Errorf("%+v", got)
	}
	want := []phone.Skipped{{Name: "No Address", Why: "card-no-address"}, {Name: "Damaged", Why: "bad-address"}, {Name: "", Why: "card-no-name"}, {Name: "", Why: "card-no-name"},
		{Name: "mei", Why: "contact-name-taken"}, {Name: "Twice Again", Why: "card-repeated"}, {Name: "SAME NAME", Why: "contact-name-taken"}, {Name: "Cut", Why: "card-cut"}}
	if !slices.Equal(got.Skipped, want) {
		t.Errorf("%+v", got.Skipped)
	}
	own, err := identity.NewAddress(a.me, wire.Addr{HostPort: "198.51.100.7:7000", Pin: wire.Pin{7}})
	if err != nil {
		t.Fatal(err)
	}
	if got := imported(t, a, cardOf("Me", own.String())); len(got.Skipped) != 1 || got.Skipped[0].Why != "contact-is-yourself" {
		t.Errorf("one's own: %+v", got)
	}
	if mei, err := a.FindContact("Mei"); err != nil || mei.ID != c.ID {
		t.Errorf("%v, %+v", err, mei)
	}
}

func TestImportedNamesAreMadeSafe(t *testing.T) {
	a, _ := trusted(t)
	for raw, want := range map[string]string{
		strings.Repeat("ab ", 3<<20):          strings.TrimSpace(strings.Repeat("ab ", 43)[:people.MaxName]),
		"evil\u202egnp.exe\u202c":             "evilgnp.exe",
		"line\nbreak\ttab\r\nand\x00\x1b[31m": "line break tab and[31m",
		"e" + strings.Repeat("\u0301", 500):   "e\u0301\u0301\u0301",
		"👩‍👩‍👧 Family 🇫🇷":                     "👩‍👩‍👧 Family 🇫🇷",
		"مريم العربية":                        "مريم العربية",
		strings.Repeat("漢", 200):              strings.Repeat("漢", people.MaxName/3),
		"\u2028\u2029 Sep\u00a0arator \u3164": "Sep arator",
	} {
		got := imported(t, a, cardOf(raw, linkOn(t, "198.51.100.7:7000")))
		if got.Added != 1 {
			t.Errorf("%.40q: %+v", raw, got)
			continue
		}
		if _, err := a.FindContact(want); err != nil {
			names := []string{}
			for _, c := range a.Contacts() {
				names = append(names, c.Name)
			}
			t.Errorf("%.40q is not among %q", want, names)
		}
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	a, _ := trusted(t)
	var text strings.Builder
	for i := range card.MaxCards {
		text.WriteString(cardOf(fmt.Sprintf("Person %d", i), linkOn(t, "198.51.100.7:7000")))
	}
	if got, err := a.ImportContacts(strings.NewReader(text.String())); !errors.Is(err, people.ErrTooMany) || got.Added != 0 || len(a.Contacts()) != 1 {
		t.Errorf("%v, %+v, %d contacts", err, got, len(a.Contacts()))
	}
	if err := a.RemoveContact(a.Contacts()[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := imported(t, a, text.String()); got.Added != card.MaxCards || len(a.Contacts()) != card.MaxCards {
		t.Errorf("%+v, %d contacts", got, len(a.Contacts()))
	}
}

func TestExportOwnNeedsAnAddress(t *testing.T) {
	a, _ := trusted(t)
	if err := a.ExportOwn(&bytes.Buffer{}); !errors.Is(err, ErrNoServer) {
		t.Error(err)
	}
}

// FuzzImportName: what a file calls somebody is a name that the address book
// takes, or none.
func FuzzImportName(f *testing.F) {
	for _, s := range []string{"", " Ann ", "a\u202eb", "\xff", "a\nb", "👩\u200d👩\u200d👧", "\u3164", strings.Repeat("漢", 50), strings.Repeat("x", 127) + "é\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := importName(s)
		if len(name) > people.MaxName || !utf8.ValidString(name) || importName(name) != name {
			t.Fatalf("%q -> %q -> %q", s, name, importName(name))
		}
		for _, r := range name {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q -> %q keeps %U", s, name, r)
			}
		}
	})
}

// Undoing an import leaves no trace of it, and of what happened since only what
// is not its own.
func TestUndoImport(t *testing.T) {
	a, c := trusted(t)
	knocker := linkOn(t, "198.51.100.9:7000")
	address, err := identity.ReadLink(knocker)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.BlockPerson(phone.Person{ID: address.ID.String(), Name: "Blocked", Address: knocker}); err != nil {
		t.Fatal(err)
	}
	before := a.Contacts()
	done := imported(t, a, cardOf("Mei", moved(t, c.Address, "198.51.100.77:7000"))+cardOf("Zoé", linkOn(t, "198.51.100.8:7000"))+cardOf("Left", linkOn(t, "198.51.100.8:7000"))+cardOf("Blocked", knocker))
	if done.Added != 3 || done.Updated != 1 {
		t.Fatalf("%+v", done)
	}
	left, err := a.FindContact("Left")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.RemoveContact(left.ID), a.UndoImport(done)); err != nil {
		t.Fatal(err)
	}
	if after := a.Contacts(); !slices.Equal(before, after) {
		t.Errorf("%+v became %+v", before, after)
	}
	if !a.door.Blocks(address.ID.String()) {
		t.Error("who was blocked before is not any more")
	}
	if err := a.UndoImport(done); err != nil {
		t.Errorf("once more: %v", err)
	}
}

package people

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

var testKey = [32]byte{1, 2, 3}

func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, notice, err := Open(path, testKey)
	require.NoError(t, err)
	require.NoError(t, notice)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "people.db") }

func id(n int) string { return fmt.Sprintf("%064x", n) }

func person(n int, name string) phone.Contact {
	return phone.Contact{ID: id(n), Name: name, Address: "paravent:" + name}
}

func TestContactsSurviveReopening(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	zoe := phone.Contact{
		ID: strings.ToUpper(id(0xabc)), Name: "  Zoé ", Address: "paravent:zoe", Favourite: true, Blocked: true,
		Route: phone.RouteDirect, Trust: phone.Verified, Added: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
	}
	require.NoError(t, s.Put(zoe))
	require.NoError(t, s.Put(person(2, "adam")))
	require.NoError(t, s.Put(person(3, "Éric")))
	require.NoError(t, s.Put(person(4, "Bob")))
	require.NoError(t, s.Remove(id(4)))
	require.ErrorIs(t, s.Remove(id(4)), ErrNoContact)
	before := s.Contacts()
	require.NoError(t, s.Close())

	s = openAt(t, path)
	require.Equal(t, before, s.Contacts())
	names := []string{}
	for _, c := range s.Contacts() {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"adam", "Éric", "Zoé"}, names)
	got, ok := s.Find("zoe")
	require.True(t, ok)
	zoe.ID, zoe.Name, zoe.Permission, zoe.Added = id(0xabc), "Zoé", phone.PermissionInherit, zoe.Added.Truncate(time.Second)
	require.Equal(t, zoe, got)
	got, ok = s.Find(id(2))
	require.True(t, ok)
	require.Equal(t, phone.RouteInherit, got.Route)
	require.Equal(t, phone.Unverified, got.Trust)
	require.False(t, got.Added.IsZero())
}

func TestFindNeverGuesses(t *testing.T) {
	s := openAt(t, newPath(t))
	require.NoError(t, s.Put(person(1, "Ann")))
	require.NoError(t, s.Put(person(2, "ann")))
	_, ok := s.Find("Ann")
	require.False(t, ok, "two people have this name")
	_, ok = s.Find("")
	require.False(t, ok)
	require.NoError(t, s.Remove(id(2)))
	_, ok = s.Find("ANN")
	require.True(t, ok)
}

func TestBadContactsAreRefused(t *testing.T) {
	s := openAt(t, newPath(t))
	for name, change := range map[string]func(*phone.Contact){
		"short id":     func(c *phone.Contact) { c.ID = "abcd" },
		"no hex":       func(c *phone.Contact) { c.ID = strings.Repeat("z", 64) },
		"no name":      func(c *phone.Contact) { c.Name = " \t" },
		"long name":    func(c *phone.Contact) { c.Name = strings.Repeat("x", MaxName+1) },
		"control":      func(c *phone.Contact) { c.Name = "a\nb" },
		"bidi trick":   func(c *phone.Contact) { c.Name = "a\u202eb" },
		"not UTF-8":    func(c *phone.Contact) { c.Name = "a\xff" },
		"escape":       func(c *phone.Contact) { c.Name = "a\x1b[31m" },
		"isolate":      func(c *phone.Contact) { c.Name = "\u2067a\u2069" },
		"10 MB":        func(c *phone.Contact) { c.Name = strings.Repeat("漢", 10<<20/3) },
		"10 MB of ctl": func(c *phone.Contact) { c.Address = strings.Repeat("\x00", 10<<20) },
		"long address": func(c *phone.Contact) { c.Address = strings.Repeat("x", maxAddress+1) },
		"bad route":    func(c *phone.Contact) { c.Route = "sideways" },
		"bad trust":    func(c *phone.Contact) { c.Trust = "blind" },
	} {
		c := person(1, "Ann")
		change(&c)
		require.ErrorIs(t, s.Put(c), ErrBadContact, name)
	}
	require.Equal(t, "contact-name-long", phone.CodeOf(s.Put(person(1, strings.Repeat("x", MaxName+1)))))
	require.Equal(t, "contact-name-odd", phone.CodeOf(s.Put(person(1, "\u200fAnn"))), "as a page had it that it was copied from")
	require.Empty(t, s.Contacts())
	for _, name := range []string{"👩\u200d👩\u200d👧", "مريم العربية", "שלום", "नमस्ते", "漢字", "e\u0301"} {
		require.NoError(t, s.Put(person(1, name)), name)
		found, ok := s.Find(name)
		require.True(t, ok && found.Name == name, name)
	}
}

func TestBlobsAreSeparate(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	a, b := s.Blobs("courier"), s.Blobs("other")
	require.NoError(t, a.Put("k", []byte("v")))
	require.NoError(t, a.Put("empty", nil))
	v, err := b.Get("k")
	require.NoError(t, err)
	require.Nil(t, v)
	require.NoError(t, s.Close())
	s = openAt(t, path)
	a = s.Blobs("courier")
	v, err = a.Get("k")
	require.NoError(t, err)
	require.Equal(t, []byte("v"), v)
	v, err = a.Get("empty")
	require.NoError(t, err)
	require.NotNil(t, v)
	require.Empty(t, v)
	require.NoError(t, a.Delete("k"))
	require.NoError(t, a.Delete("k"))
	v, err = a.Get("k")
	require.NoError(t, err)
	require.Nil(t, v)
}

func TestThiefSeesNoNames(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	secrets := []string{"Zebulon", "paravent:zebulon", id(0xfeed), "prekey-of-zebulon", "courier", "blobvalue", "203.0.113.77"}
	require.NoError(t, s.Put(phone.Contact{ID: secrets[2], Name: secrets[0], Address: secrets[1]}))
	addHistory(t, s, phone.HistoryEntry{Peer: phone.Person{Name: secrets[0]}, Receipt: &phone.Receipt{PeerSaw: []string{secrets[6]}}})
	require.NoError(t, s.Blobs(secrets[4]).Put(secrets[3], []byte(secrets[5])))
	require.NoError(t, s.Close())
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, secret := range secrets {
		require.False(t, bytes.Contains(bytes.ToLower(file), []byte(strings.ToLower(secret))), secret)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWrongKeyTouchesNothing(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	require.NoError(t, s.Put(person(1, "Ann")))
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, notice, err := Open(path, [32]byte{9})
	require.ErrorIs(t, err, ErrWrongKey)
	require.NoError(t, notice)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Len(t, openAt(t, path).Contacts(), 1)
}

func TestTwoPhonesCannotShareAProfile(t *testing.T) {
	path := newPath(t)
	openAt(t, path)
	_, _, err := Open(path, testKey)
	require.ErrorIs(t, err, ErrInUse)
}

func TestClosedStoreSaysSo(t *testing.T) {
	s := openAt(t, newPath(t))
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Put(person(1, "Ann")), phone.ErrClosed)
	_, err := s.AddHistory(phone.HistoryEntry{})
	require.ErrorIs(t, err, phone.ErrClosed)
	_, err = s.Blobs("x").Get("k")
	require.ErrorIs(t, err, phone.ErrClosed)
	require.Empty(t, s.History(0))
	require.NoError(t, s.Close())
}

// filled makes a file with some of everything and returns its bytes.
func filled(t testing.TB) []byte {
	t.Helper()
	path := newPath(t)
	s := openAt(t, path)
	s.db.NoSync = true
	for i := range 60 {
		require.NoError(t, s.Put(person(i, fmt.Sprint("name ", i))))
		addHistory(t, s, phone.HistoryEntry{Peer: phone.Person{Name: fmt.Sprint(i)}})
		require.NoError(t, s.Blobs("courier").Put(fmt.Sprint(i), make([]byte, 300)))
	}
	require.NoError(t, s.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

func TestCorruptFileIsKeptAside(t *testing.T) {
	good := filled(t)
	middle := bytes.Clone(good)
	for i := len(middle) / 4; i < len(middle); i += 50 {
		middle[i] ^= 0xff
	}
	for page := 2 * os.Getpagesize(); page < len(middle); page += os.Getpagesize() {
		middle[page+8] ^= 0xff // its kind: else the damage may hit nothing but the stored key, which is another fault
	}
	greedy := bytes.Clone(good) // every page claims four billion more
	for page := 2 * os.Getpagesize(); page < len(greedy); page += os.Getpagesize() {
		copy(greedy[page+12:], []byte{0xff, 0xff, 0xff, 0xff})
	}
	for name, data := range map[string][]byte{
		"greedy": greedy, "text": []byte("this is no database"), "zeros": make([]byte, 64<<10),
		"half": good[:len(good)/2], "two pages": good[:8192], "one byte short of a page": good[:4095], "scattered": middle,
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			require.NoError(t, os.WriteFile(path, data, 0o600))
			s, notice, err := Open(path, testKey)
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			require.ErrorIs(t, notice, ErrCorrupt)
			requireGenuine(t, s)
			require.NoError(t, s.Put(person(1, "Ann")))
			kept, err := filepath.Glob(path + ".broken-*")
			require.NoError(t, err)
			require.Len(t, kept, 1)
			old, err := os.ReadFile(kept[0])
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(old, data[:min(len(data), 4000)]) || name == "zeros")
		})
	}
}

// TestDamageNeverPassesAsData flips bytes: the file is then either aside, or
// refused, or unharmed (the byte meant nothing).
func TestDamageNeverPassesAsData(t *testing.T) {
	good := filled(t)
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(good)
		for range rapid.IntRange(1, 4).Draw(t, "flips") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		}
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		require.NoError(t, os.WriteFile(path, data, 0o600))
		s, notice, err := Open(path, testKey)
		if err != nil {
			require.Nil(t, s)
			return
		}
		defer func() { require.NoError(t, s.Close()) }()
		if notice != nil {
			require.ErrorIs(t, notice, ErrCorrupt)
		}
		requireGenuine(t, s)
	})
}

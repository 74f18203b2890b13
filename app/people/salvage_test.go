package people

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

// requireGenuine: whatever a store of filled holds is what was put into it.
func requireGenuine(t require.TestingT, s *Store) {
	for _, c := range s.Contacts() {
		require.Regexp(t, `^name \d+$`, c.Name)
	}
	for _, e := range s.History(0) {
		require.Regexp(t, `^\d+$`, e.Peer.Name)
	}
}

// fragile are the blobs of which an older copy would do harm.
var fragile = []Blob{{"door", "token"}, {"door", "admitted"}, {"courier", "courier/prekeys"}}

// crowd makes a file of hundreds of people, some of them removed, blocked and
// granted things, and returns its bytes.
func crowd(t testing.TB) []byte {
	t.Helper()
	path := newPath(t)
	s := openAt(t, path)
	s.db.NoSync = true
	for i := range 500 {
		c := person(i, fmt.Sprint("name ", i))
		c.Blocked, c.Permission, c.Trust, c.Favourite, c.Route = i%3 == 0, phone.PermissionAlways, phone.Verified, true, phone.RouteDirect
		require.NoError(t, s.Put(c))
		if i%2 == 0 {
			addHistory(t, s, phone.HistoryEntry{Outgoing: true, Peer: phone.Person{Name: fmt.Sprint(i)}})
		}
	}
	for i := 400; i < 500; i++ {
		require.NoError(t, s.Remove(id(i)))
	}
	for _, b := range fragile {
		require.NoError(t, s.Blobs(b.Part).Put(b.Key, []byte("secret")))
	}
	require.NoError(t, s.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// hurt opens damaged bytes, and tells how many people and entries there are.
func hurt(t require.TestingT, path string, data []byte) (people, entries int, r *phone.Recovery) {
	require.NoError(t, os.WriteFile(path, data, 0o600))
	s, notice, err := Open(path, testKey)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	requireGenuine(t, s)
	if notice != nil {
		require.ErrorIs(t, notice, ErrCorrupt)
		require.ErrorAs(t, notice, &r)
		require.Equal(t, len(s.Contacts()), r.People)
		require.Equal(t, len(s.History(0)), r.Entries)
	}
	for _, c := range s.Contacts() {
		var n int
		_, err := fmt.Sscanf(c.Name, "name %d", &n)
		require.NoError(t, err)
		require.Equal(t, n%3 == 0, c.Blocked, "who was blocked stays so")
	}
	return len(s.Contacts()), len(s.History(0)), r
}

// One damaged page costs what was on it (every other one is tried), and brings back nobody who was removed.
func TestOnePageLost(t *testing.T) {
	good := crowd(t)
	size, dir := os.Getpagesize(), t.TempDir()
	least := 400
	for page := 2; page < len(good)/size; page += 2 {
		data := bytes.Clone(good)
		for i := page * size; i < (page+1)*size; i++ {
			data[i] ^= 0x5a
		}
		people, entries, _ := hurt(t, filepath.Join(dir, fmt.Sprint(page)), data)
		least = min(least, people)
		require.LessOrEqual(t, people, 400+40, "page %d: removed people came back", page)
		require.GreaterOrEqual(t, people, 360, "page %d", page)
		require.GreaterOrEqual(t, entries, 220, "page %d", page)
	}
	t.Logf("at least %d of 400 people after the loss of one page of %d", least, len(good)/size)
}

// Without the pages that lead to everything, everything is found all the same,
// but nobody gets a permission by it.
func TestBothMetaPagesLost(t *testing.T) {
	good := crowd(t)
	for i := range 2 * os.Getpagesize() {
		good[i] = 0
	}
	path := newPath(t)
	people, entries, r := hurt(t, path, good)
	require.NotNil(t, r)
	require.GreaterOrEqual(t, people, 400)
	require.GreaterOrEqual(t, entries, 250)
	s := openAt(t, path)
	for _, c := range s.Contacts() {
		require.Equal(t, []any{phone.PermissionInherit, phone.Unverified, false, phone.RouteInherit}, []any{c.Permission, c.Trust, c.Favourite, c.Route})
	}
	for _, b := range fragile {
		value, err := s.Blobs(b.Part).Get(b.Key)
		require.NoError(t, err)
		require.Nil(t, value, "%v may be an older one", b)
	}
	entry, err := s.AddHistory(phone.HistoryEntry{Peer: phone.Person{Name: "1"}})
	require.NoError(t, err)
	require.Greater(t, entry, uint64(250))
}

// The note of the key is damaged, and the file is still this person's.
func TestDamagedNoteOfTheKey(t *testing.T) {
	good := crowd(t)
	box, err := newBox(testKey)
	require.NoError(t, err)
	at := bytes.Index(good, box.name(bucketMeta, keyID))
	for ; at >= 0; at = bytes.Index(good, box.name(bucketMeta, keyID)) {
		good[at] ^= 1
	}
	people, _, r := hurt(t, newPath(t), good)
	require.NotNil(t, r)
	require.Equal(t, 400, people)
}

// Any damage: never a crash, never a wrong value, always a store that works.
func TestAnyDamageLeavesAStoreThatWorks(t *testing.T) {
	good := crowd(t)
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(good)
		for range rapid.IntRange(1, 6).Draw(t, "wounds") {
			from := rapid.IntRange(0, len(data)-1).Draw(t, "from")
			for i := from; i < min(len(data), from+rapid.IntRange(1, 9000).Draw(t, "length")); i++ {
				data[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
				if i-from > 40 { // drawing thousands of numbers is slow
					data[i] = byte(i * 31)
				}
			}
		}
		if rapid.Bool().Draw(t, "cut") {
			data = data[:rapid.IntRange(0, len(data)).Draw(t, "to")]
		}
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		hurt(t, path, data)
		require.NoError(t, os.Remove(path))
	})
}

// A rescue that is killed is done by the next start, or begun anew.
func TestRescueThatWasKilled(t *testing.T) {
	damaged := crowd(t)
	for i := range os.Getpagesize() * 2 {
		damaged[i] = 0
	}
	path := newPath(t)
	require.NoError(t, os.WriteFile(path, damaged, 0o600))
	require.NoError(t, os.WriteFile(path+rescued, []byte("half of it"), 0o600)) // killed while it was built
	s, notice, err := Open(path, testKey)
	require.NoError(t, err)
	require.ErrorIs(t, notice, ErrCorrupt)
	n := len(s.Contacts())
	require.NoError(t, s.Close())
	require.NoError(t, os.Rename(path, path+rescued)) // killed between the two renames
	s, notice, err = Open(path, testKey)
	require.NoError(t, errors.Join(notice, err))
	require.Len(t, s.Contacts(), n)
	require.NoError(t, s.Close())
	_, err = os.Stat(path + rescued)
	require.ErrorIs(t, err, os.ErrNotExist)
}

package people

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"paravent/app/identity"
	"paravent/app/phone"
)

// sample is what testdata/people-vN.json says about people-vN.db. Both were
// written by the program of that time, with the identity whose seed is 1 to 32.
type sample struct {
	Contacts []phone.Contact
	History  []phone.HistoryEntry
	Blobs    map[string]map[string][]byte
}

func sampleKey(t testing.TB) [32]byte {
	t.Helper()
	seed := make([]byte, identity.SeedSize)
	for i := range seed {
		seed[i] = byte(i + 1)
	}
	me, err := identity.FromSeed(seed)
	require.NoError(t, err)
	return me.Derive("people")
}

// copied puts a file of testdata where it may be changed.
func copied(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	path := newPath(t)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func readSample(t testing.TB, name string) sample {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	var want sample
	require.NoError(t, json.Unmarshal(text, &want))
	return want
}

func openSample(t testing.TB, path string) *Store {
	t.Helper()
	s, notice, err := Open(path, sampleKey(t))
	require.NoError(t, err)
	require.NoError(t, notice)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func requireSample(t testing.TB, s *Store, want sample) {
	t.Helper()
	for i := range want.Contacts {
		want.Contacts[i].Permission = cmp.Or(want.Contacts[i].Permission, phone.PermissionInherit)
	}
	for i := range want.History {
		want.History[i].ID, want.History[i].Kind = uint64(len(want.History)-i), cmp.Or(want.History[i].Kind, phone.HistoryCall)
	}
	require.Equal(t, want.Contacts, s.Contacts())
	require.Equal(t, want.History, s.History(0))
	for part, values := range want.Blobs {
		for key, value := range values {
			got, err := s.Blobs(part).Get(key)
			require.NoError(t, err)
			require.Equal(t, value, got, key)
		}
	}
}

// TestEveryVersionIsRead fails when a change breaks reading what an older
// program wrote. A new version adds its file here.
func TestEveryVersionIsRead(t *testing.T) {
	for version := 1; version <= Version; version++ {
		name := "people-v" + strconv.Itoa(version)
		t.Run(name, func(t *testing.T) {
			path, want := copied(t, name+".db"), readSample(t, name+".json")
			s := openSample(t, path)
			requireSample(t, s, want)
			added, err := s.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall})
			require.NoError(t, err)
			require.EqualValues(t, len(want.History)+1, added, "entries go on counting")
			require.NoError(t, s.Close())
			again := openSample(t, path)
			require.Len(t, again.History(0), len(want.History)+1)
			require.Equal(t, s.Contacts(), again.Contacts())
		})
	}
}

func TestOldFileStaysUntilTheNewOneWasOpened(t *testing.T) {
	path := copied(t, "people-v1.db")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, openSample(t, path).Close())
	old := copied(t, "people-v1.db")
	kept, err := os.ReadFile(path + ".v1")
	require.NoError(t, err)
	require.Equal(t, before[8192:len(kept)], kept[8192:], "but for the two meta pages, and the room behind the last one")
	require.NoError(t, os.WriteFile(old, kept, 0o600))
	requireSample(t, openSample(t, old), readSample(t, "people-v1.json"))
	info, err := os.Stat(path + ".v1")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, openSample(t, path).Close())
	require.NoFileExists(t, path+".v1")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestNewerFileIsNotTouched(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	require.NoError(t, s.Put(person(1, "Ann")))
	require.NoError(t, s.update(func(tx *bolt.Tx) error {
		return s.put(tx, bucketMeta, keyVersion, []byte(strconv.Itoa(Version+1)))
	}))
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, notice, err := Open(path, testKey)
	require.ErrorIs(t, err, ErrNewer)
	require.NoError(t, notice)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestMigrationThatFailsLeavesTheOldFile(t *testing.T) {
	path := copied(t, "people-v1.db")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	box, err := newBox(sampleKey(t))
	require.NoError(t, err)
	s := &Store{path: path, box: box, contacts: newBook()}
	s.db, err = openDB(path)
	require.NoError(t, err)
	calls, failed := 0, errors.New("no")
	err = s.migrate(1, []step{toVersion2, func([]byte, document) error {
		if calls++; calls == 30 {
			return failed
		}
		return nil
	}})
	require.ErrorIs(t, err, failed)
	require.NoError(t, s.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	requireSample(t, openSample(t, path), readSample(t, "people-v1.json"))
}

func TestMigrationStepsRunInOrder(t *testing.T) {
	rename := func(from, to string) step {
		return func(_ []byte, d document) error {
			d[to] = d[from]
			delete(d, from)
			return nil
		}
	}
	chain := []step{rename("a", "b"), rename("b", "c")}
	for from, text := range map[int]string{1: `{"a":1}`, 2: `{"b":1}`, 3: `{"c":1}`} {
		got, err := upgrade(bucketContacts, []byte(text), from, chain)
		require.NoError(t, err)
		require.JSONEq(t, `{"c":1}`, string(got))
	}
	blob, err := upgrade(bucketBlobs, []byte("no JSON"), 1, chain)
	require.NoError(t, err)
	require.Equal(t, "no JSON", string(blob))
	_, err = upgrade(bucketHistory, []byte("no JSON"), 1, chain)
	require.ErrorIs(t, err, ErrCorrupt)
	require.Len(t, steps, Version-1)
}

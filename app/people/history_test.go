package people

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"paravent/app/phone"
	"paravent/settings"
)

// day is when the tests of the history begin.
var day = time.Date(2026, time.November, 23, 14, 0, 0, 0, time.UTC)

// fast makes a store whose writes reach no disk: a thousand fsyncs prove nothing.
func fast(t testing.TB) *Store {
	s := openAt(t, newPath(t))
	s.db.NoSync = true
	return s
}

func addHistory(t testing.TB, s *Store, e phone.HistoryEntry) uint64 {
	t.Helper()
	id, err := s.AddHistory(e)
	require.NoError(t, err)
	return id
}

// Entries of each sort.
func called() phone.HistoryEntry {
	return phone.HistoryEntry{Kind: phone.HistoryCall, At: day, Outgoing: true, Peer: phone.Person{ID: id(1), Name: "Ann"}, Reason: phone.HungUp, Lasted: time.Minute}
}

func missed() phone.HistoryEntry {
	return phone.HistoryEntry{Kind: phone.HistoryCall, At: day, Peer: phone.Person{ID: id(1), Name: "Ann", Contact: true}, Reason: phone.Missed}
}

func knocked() phone.HistoryEntry {
	return phone.HistoryEntry{Kind: phone.HistoryKnock, At: day, Peer: phone.Person{ID: id(2), Name: "Who"}, Text: "let me in"}
}

func silenced() phone.HistoryEntry {
	return phone.HistoryEntry{Kind: phone.HistoryCall, At: day, Peer: phone.Person{ID: id(3)}, Silenced: true, Reason: phone.Missed}
}

func ids(list []phone.HistoryEntry) (all []uint64) {
	for _, e := range list {
		all = append(all, e.ID)
	}
	return all
}

func TestHistoryIsBoundedNewestFirst(t *testing.T) {
	s := fast(t)
	for i := range maxHistory + 5 {
		e := called()
		e.Lasted += time.Duration(i)
		addHistory(t, s, e)
	}
	all := s.History(0)
	require.Len(t, all, maxHistory)
	require.EqualValues(t, time.Minute+maxHistory+4, all[0].Lasted)
	require.EqualValues(t, time.Minute+5, all[maxHistory-1].Lasted)
	require.Len(t, s.History(3), 3)
	stored := 0
	require.NoError(t, s.db.View(func(tx *bolt.Tx) error {
		stored = tx.Bucket(bucketHistory).Stats().KeyN
		return nil
	}))
	require.Equal(t, maxHistory, stored, "the file keeps no more than the list shows")
}

// Whatever strangers do, the calls of the person stay.
func TestStrangersPushNoCallsOut(t *testing.T) {
	s := fast(t)
	mine := []uint64{addHistory(t, s, called()), addHistory(t, s, missed())}
	rang := missed()
	rang.Peer = phone.Person{ID: id(9), Name: "Who"} // they may ring, and are in no address book
	for range maxHistory {
		addHistory(t, s, knocked())
		addHistory(t, s, silenced())
		addHistory(t, s, rang)
	}
	all := ids(s.History(0))
	require.Len(t, all, maxUninvited+len(mine))
	require.Equal(t, mine, []uint64{all[len(all)-1], all[len(all)-2]}[:2])
	require.EqualValues(t, 2+3*maxHistory, all[0], "of theirs the newest stay")
}

func TestHistoryEntryRoundTrip(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	e := phone.HistoryEntry{
		Kind: phone.HistoryKnock, Text: "it is me",
		Call: phone.NewCallID(), At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Outgoing: true,
		Peer: phone.Person{ID: id(1), Name: "Ann"}, Video: true, Silenced: true,
		Reason: phone.LeakPrevented, Route: phone.Direct, Lasted: time.Minute,
		Receipt: &phone.Receipt{Call: phone.NewCallID(), Route: phone.Relay, PeerSaw: []string{"192.0.2.1:5"}, RelaySaw: []string{}, RelayKind: phone.RelayHere},
	}
	addHistory(t, s, e)
	e.ID = 1
	require.NoError(t, s.Close())
	require.Equal(t, []phone.HistoryEntry{e}, openAt(t, path).History(1))
}

// The address book names people now; who left it keeps the name of then.
func TestPeopleAreNamedAsNow(t *testing.T) {
	s, then := openAt(t, newPath(t)), phone.Person{ID: id(1), Name: "Ann", Contact: true, Address: "paravent:ann"}
	require.Equal(t, phone.Person{ID: id(1), Name: "Ann", Address: "paravent:ann"}, s.AsNow(then))
	require.NoError(t, s.Put(person(1, "Annette")))
	require.Equal(t, phone.Person{ID: id(1), Name: "Annette", Contact: true, Address: "paravent:Annette"}, s.AsNow(then))
	require.NoError(t, s.Remove(id(1)))
	require.Equal(t, "Ann", s.AsNow(then).Name)
}

func TestHistoryWithOnePerson(t *testing.T) {
	s := openAt(t, newPath(t))
	for range 3 {
		addHistory(t, s, called())
		addHistory(t, s, knocked())
	}
	require.Equal(t, []uint64{5, 3, 1}, ids(s.HistoryWith(id(1), 0)))
	require.Equal(t, []uint64{6, 4}, ids(s.HistoryWith(id(2), 2)))
	require.Empty(t, s.HistoryWith(id(7), 0))
}

// An ID names one entry for ever: it may be in a script, or in an undo.
func TestHistoryIDsAreNeverGivenTwice(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	require.EqualValues(t, 1, addHistory(t, s, called()))
	require.EqualValues(t, 2, addHistory(t, s, called()))
	require.NoError(t, s.ClearHistory())
	require.EqualValues(t, 3, addHistory(t, s, called()))
	require.NoError(t, s.DeleteHistory(3))
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.Empty(t, s.History(0))
	require.EqualValues(t, 4, addHistory(t, s, called()))
}

func TestDeletingWhatIsNotThereDeletesNothing(t *testing.T) {
	s := openAt(t, newPath(t))
	addHistory(t, s, called())
	require.ErrorIs(t, s.DeleteHistory(1, 2), ErrNoEntry)
	require.Len(t, s.History(0), 1)
	require.ErrorIs(t, s.RestoreHistory(phone.HistoryEntry{ID: 2}), ErrNoEntry)
	require.ErrorIs(t, s.RestoreHistory(phone.HistoryEntry{}), ErrNoEntry)
	require.Len(t, s.History(0), 1)
}

// A deleted entry is gone from the file with its receipt, and undo brings both back.
func TestDeletedEntriesComeBackOnlyByUndo(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	e := called()
	e.Receipt = &phone.Receipt{PeerSaw: []string{"192.0.2.1:5"}}
	addHistory(t, s, e)
	addHistory(t, s, missed())
	gone := s.History(0)[1]
	require.NoError(t, s.DeleteHistory(gone.ID))
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.Equal(t, []uint64{2}, ids(s.History(0)))
	require.NoError(t, s.RestoreHistory(gone))
	require.NoError(t, s.RestoreHistory(gone), "twice is once")
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.Equal(t, []uint64{2, 1}, ids(s.History(0)))
	require.Equal(t, gone, s.History(0)[1])
}

func TestHistoryIsKeptAsLongAsChosen(t *testing.T) {
	for _, row := range []struct {
		keep settings.HistoryKeep
		left []uint64
	}{
		{settings.KeepForever, []uint64{5, 4, 3, 2, 1}},
		{settings.Keep90Days, []uint64{5, 4, 3, 2}},
		{settings.Keep30Days, []uint64{5, 4, 3}},
		{settings.Keep7Days, []uint64{5, 4}},
		{settings.KeepNever, nil},
	} {
		path := newPath(t)
		s := openAt(t, path)
		for _, age := range []int{91, 90, 30, 7, 0} {
			e := called()
			e.At = day.AddDate(0, 0, -age)
			addHistory(t, s, e)
		}
		gone, err := s.RetainHistory(row.keep, day)
		require.NoError(t, err)
		require.Equal(t, 5-len(row.left), gone, row.keep)
		require.NoError(t, s.Close())
		require.Equal(t, row.left, ids(openAt(t, path).History(0)), row.keep)
	}
}

// Where nothing is kept, nothing is written: what wants notice is there until
// the phone closes, and the rest never.
func TestHistoryThatIsNotKeptIsNotWritten(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	addHistory(t, s, missed())
	_, err := s.RetainHistory(settings.KeepNever, day)
	require.NoError(t, err)
	before := stored(t, s)
	require.Zero(t, addHistory(t, s, called()))
	require.Zero(t, addHistory(t, s, silenced()))
	require.EqualValues(t, 2, addHistory(t, s, missed()))
	require.EqualValues(t, 3, addHistory(t, s, knocked()))
	require.Equal(t, 2, s.Unseen())
	knock := s.History(0)[0]
	require.NoError(t, s.DeleteHistory(3))
	require.NoError(t, s.RestoreHistory(knock))
	require.Equal(t, []uint64{3, 2}, ids(s.History(0)))
	news, err := s.MarkSeen()
	require.NoError(t, err)
	require.True(t, news)
	require.Zero(t, s.Unseen())
	require.Equal(t, before, stored(t, s))
	require.NoError(t, s.Close())
	require.Empty(t, openAt(t, path).History(0))
}

// stored is everything in the file: a sealed value differs each time it is written.
func stored(t *testing.T, s *Store) map[string]string {
	all := map[string]string{}
	require.NoError(t, s.db.View(func(tx *bolt.Tx) error {
		all["sequence"] = fmt.Sprint(tx.Bucket(bucketHistory).Sequence())
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				all[string(name)+" "+string(k)] = string(v)
				return nil
			})
		})
	}))
	return all
}

func TestUnseenSurvivesReopening(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	addHistory(t, s, missed())
	addHistory(t, s, called())
	addHistory(t, s, silenced())
	addHistory(t, s, knocked())
	require.Equal(t, 2, s.Unseen())
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.Equal(t, 2, s.Unseen())
	news, err := s.MarkSeen()
	require.NoError(t, err)
	require.True(t, news)
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.Zero(t, s.Unseen())
	news, err = s.MarkSeen()
	require.NoError(t, err)
	require.False(t, news)
	addHistory(t, s, missed())
	require.Equal(t, 1, s.Unseen())
	require.NoError(t, s.DeleteHistory(5))
	require.Zero(t, s.Unseen())
}

// A mark that outlived the history hides nothing that comes later.
func TestSeenMarkAheadOfTheHistoryHidesNothing(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	require.NoError(t, s.Blobs(historyBlobs).Put(seenKey, binary.BigEndian.AppendUint64(nil, 40)))
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.EqualValues(t, 41, addHistory(t, s, missed()))
	require.Equal(t, 1, s.Unseen())
}

// model is the history as its rules tell it, without a file.
type model struct {
	entries  []phone.HistoryEntry // by ID
	deleted  []phone.HistoryEntry
	fleeting map[uint64]bool
	keep     settings.HistoryKeep
	last     uint64
	seen     uint64
}

func (m *model) put(e phone.HistoryEntry) {
	m.entries = append(m.entries, e)
	slices.SortFunc(m.entries, func(a, b phone.HistoryEntry) int { return cmp.Compare(a.ID, b.ID) })
	for _, uninvited := range []bool{false, true} {
		bound, n := map[bool]int{false: maxHistory, true: maxUninvited}[uninvited], 0
		for i := len(m.entries) - 1; i >= 0; i-- {
			if m.entries[i].Uninvited() != uninvited {
				continue
			}
			if n++; n > bound {
				m.entries = slices.Delete(m.entries, i, i+1)
			}
		}
	}
}

func (m *model) drop(gone func(phone.HistoryEntry) bool) {
	m.entries = slices.DeleteFunc(m.entries, func(e phone.HistoryEntry) bool {
		if gone(e) {
			m.deleted = append(m.deleted, e)
			return true
		}
		return false
	})
}

func (m *model) unseen() (n int) {
	for _, e := range m.entries {
		if e.ID > m.seen && e.WantsNotice() {
			n++
		}
	}
	return n
}

// Random lives of a history agree with the model, also over restarts.
func TestHistoryIsWhatWasAddedAndNotDeleted(t *testing.T) {
	dir, run := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run))
		open := func() *Store {
			s, notice, err := Open(path, testKey)
			require.NoError(rt, err)
			require.NoError(rt, notice)
			s.db.NoSync = true
			return s
		}
		s, m, now := open(), &model{fleeting: map[uint64]bool{}}, day
		rt.Repeat(map[string]func(*rapid.T){
			"add":    func(rt *rapid.T) { modelAdd(rt, s, m, now) },
			"delete": func(rt *rapid.T) { modelDelete(rt, s, m) },
			"restore": func(rt *rapid.T) {
				if len(m.deleted) == 0 {
					return
				}
				e := rapid.SampledFrom(m.deleted).Draw(rt, "entry")
				require.NoError(rt, s.RestoreHistory(e))
				if !slices.Contains(ids(m.entries), e.ID) {
					m.fleeting[e.ID] = m.keep == settings.KeepNever
					m.put(e)
				}
			},
			"clear": func(rt *rapid.T) {
				require.NoError(rt, s.ClearHistory())
				m.drop(func(phone.HistoryEntry) bool { return true })
			},
			"retain": func(rt *rapid.T) {
				m.keep = rapid.SampledFrom(settings.HistoryKeeps()).Draw(rt, "keep")
				_, err := s.RetainHistory(m.keep, now)
				require.NoError(rt, err)
				m.drop(func(e phone.HistoryEntry) bool {
					return !m.fleeting[e.ID] && (m.keep == settings.KeepNever || e.At.Before(m.keep.Since(now)))
				})
			},
			"days pass": func(rt *rapid.T) { now = now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(rt, "days")) },
			"seen": func(rt *rapid.T) {
				news, err := s.MarkSeen()
				require.NoError(rt, err)
				require.Equal(rt, m.unseen() > 0, news)
				m.seen = m.last
			},
			"restart": func(rt *rapid.T) {
				written := func(list []phone.HistoryEntry) []phone.HistoryEntry {
					return slices.DeleteFunc(list, func(e phone.HistoryEntry) bool { return m.fleeting[e.ID] })
				}
				m.entries = written(m.entries)
				require.NoError(rt, s.Close())
				s = open()
				_, err := s.RetainHistory(m.keep, day) // the phone does so before anything is added
				require.NoError(rt, err)
				m.last, m.seen, m.deleted = s.past.last, s.past.seen, nil // undo does not outlive the window
				if len(m.entries) > 0 {
					require.GreaterOrEqual(rt, m.last, m.entries[len(m.entries)-1].ID)
				}
			},
			"": func(rt *rapid.T) {
				require.Equal(rt, m.unseen(), s.Unseen())
				want := append([]phone.HistoryEntry{}, m.entries...)
				slices.Reverse(want)
				require.Equal(rt, want, s.History(0))
			},
		})
		require.NoError(rt, s.Close())
	})
}

func modelAdd(rt *rapid.T, s *Store, m *model, now time.Time) {
	e := rapid.SampledFrom([]func() phone.HistoryEntry{called, missed, knocked, silenced}).Draw(rt, "entry")()
	e.At, e.Peer.Contact = now, false // nobody is in the address book
	n := 1
	if rapid.IntRange(0, 9).Draw(rt, "many") == 0 {
		n = maxUninvited
	}
	for range n {
		id, err := s.AddHistory(e)
		require.NoError(rt, err)
		if m.keep == settings.KeepNever && !e.WantsNotice() {
			require.Zero(rt, id)
			continue
		}
		require.Greater(rt, id, m.last, "IDs grow")
		e.ID, m.last = id, id
		m.fleeting[id] = m.keep == settings.KeepNever
		m.put(e)
	}
}

func modelDelete(rt *rapid.T, s *Store, m *model) {
	if len(m.entries) == 0 {
		return
	}
	wanted := ids(rapid.SliceOfN(rapid.SampledFrom(m.entries), 1, 5).Draw(rt, "entries"))
	require.NoError(rt, s.DeleteHistory(wanted...))
	m.drop(func(e phone.HistoryEntry) bool { return slices.Contains(wanted, e.ID) })
}

// The history is shown at every change: it must not be decrypted each time.
func BenchmarkHistory(b *testing.B) {
	s := fast(b)
	e := called()
	e.Receipt = &phone.Receipt{PeerSaw: []string{"192.0.2.1:5"}, KeptHidden: []string{"2001:db8::1", "192.168.1.4"}}
	for range maxHistory {
		addHistory(b, s, e)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.History(0)
	}
}

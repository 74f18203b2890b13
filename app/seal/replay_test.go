package seal

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func replayID(n int) (id ReplayID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)) //nolint:gosec // a test's counter
	return id
}

func TestReplayedAndExpiredKnocksAreRefused(t *testing.T) {
	r := NewReplay()
	for name, c := range map[string]struct {
		id   int
		sent time.Duration
		want error
	}{
		"now": {1, 0, nil}, "from the box": {2, -MaxAge, nil}, "too old": {3, -MaxAge - 1, ErrExpired},
		"a clock ahead": {4, MaxFuture, nil}, "from the future": {5, MaxFuture + 1, ErrExpired},
	} {
		_, err := r.Admit(replayID(c.id), start.Add(c.sent), start)
		require.ErrorIs(t, err, c.want, name)
	}
	for _, id := range []int{1, 2, 4} {
		_, err := r.Admit(replayID(id), start, start)
		require.ErrorIs(t, err, ErrReplayed)
	}
}

// However the filter was filled, saved and restored: nothing is admitted twice.
func TestNothingIsAdmittedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, saved := NewReplay(), map[int][]byte{}
		admitted := map[int]bool{}
		now := start
		sent := map[int]time.Time{}
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "seconds")) * time.Second)
			id := rapid.IntRange(0, 150).Draw(t, "id")
			if _, ok := sent[id]; !ok {
				sent[id] = now.Add(-time.Duration(rapid.IntRange(0, 80).Draw(t, "hours")) * time.Hour).Truncate(time.Millisecond)
			}
			chunk, err := r.Admit(replayID(id), sent[id], now)
			if err == nil {
				require.False(t, admitted[id])
				admitted[id] = true
				saved[chunk] = r.Chunk(chunk)
			}
			if rapid.IntRange(0, 20).Draw(t, "restart") == 0 {
				r = NewReplay()
				for i, b := range saved {
					require.NoError(t, r.Restore(i, b))
				}
			}
		}
	})
}

// A flood that overflows the filter keeps its memory bounded and lets no
// replay through: what it can no longer tell is refused.
func TestFullReplayFilterFailsClosed(t *testing.T) {
	const all = ReplayChunks * chunkEntries
	r, saved := NewReplay(), map[int][]byte{}
	at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Millisecond) }
	for i := range 3 * all {
		chunk, err := r.Admit(replayID(i), at(i), at(i))
		require.NoError(t, err, i)
		saved[chunk] = r.Chunk(chunk)
	}
	require.LessOrEqual(t, len(r.seen), all)
	require.Len(t, saved, ReplayChunks)
	restored := NewReplay()
	for i, b := range saved {
		require.LessOrEqual(t, len(b), chunkHead+chunkEntries*replayEntry)
		require.NoError(t, restored.Restore(i, b))
	}
	for _, f := range []*Replay{r, restored} {
		for i := 0; i < 3*all; i += 97 {
			_, err := f.Admit(replayID(i), at(i), at(3*all))
			require.ErrorIs(t, err, ErrReplayed, i)
		}
		_, err := f.Admit(replayID(4*all), at(3*all), at(3*all))
		require.NoError(t, err, "a new knock still comes through")
	}
}

// Old entries make room without refusing anything.
func TestReplayFilterForgetsWhatIsTooOldAnyway(t *testing.T) {
	r := NewReplay()
	for i := range 2 * ReplayChunks * chunkEntries {
		now := start.Add(time.Duration(i) * time.Minute)
		_, err := r.Admit(replayID(i), now, now)
		require.NoError(t, err)
	}
	now := start.Add(2 * ReplayChunks * chunkEntries * time.Minute)
	_, err := r.Admit(replayID(-1), now.Add(-3*24*time.Hour), now)
	require.NoError(t, err, "a knock that waited in the box")
}

func FuzzReplayRestore(f *testing.F) {
	r := NewReplay()
	_, err := r.Admit(replayID(1), start, start)
	require.NoError(f, err)
	f.Add(0, r.Chunk(0))
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		r := NewReplay()
		if r.Restore(i, b) == nil {
			_, _ = r.Admit(replayID(2), start, start)
		}
	})
}

package seal

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Freshness of knocks.
const (
	MaxAge    = KeepRetired // what a box can have kept
	MaxFuture = 2 * time.Minute
)

// The filter is a ring of chunks, so that a knock rewrites three kilobytes on
// disk and not all it remembers.
const (
	ReplayChunks = 64
	chunkEntries = 128
	chunkHead    = 8 + 8
	replayEntry  = 16 + 8
)

// ReplayID names one knock: its encapsulation, hashed.
type ReplayID [16]byte

// Replay refuses knocks that were seen before, that are too old, or that come
// from the future. It remembers ReplayChunks*128 knocks. When it must forget
// one that is not too old yet, it refuses everything sent no later: it fails
// closed. Only knocks with a valid signature may be given to it.
type Replay struct {
	chunks [ReplayChunks][]replayed
	filled [ReplayChunks]uint64 // when in the order of filling a chunk was begun; 0: never
	at     int                  // the chunk begun last
	seen   map[ReplayID]struct{}
	floor  time.Time // nothing sent up to here is admitted
}

type replayed struct {
	id   ReplayID
	sent time.Time
}

// NewReplay is an empty filter; Restore fills it with saved chunks.
func NewReplay() *Replay {
	r := &Replay{seen: map[ReplayID]struct{}{}}
	r.filled[0] = 1
	return r
}

// Admit remembers a knock. The error is ErrReplayed or ErrExpired; on nil the
// caller saves Chunk(changed) before it acts on the knock.
func (r *Replay) Admit(id ReplayID, sent, now time.Time) (changed int, err error) {
	switch age := now.Sub(sent); {
	case age > MaxAge:
		return 0, fmt.Errorf("%w: %v old", ErrExpired, age)
	case age < -MaxFuture:
		return 0, fmt.Errorf("%w: %v ahead", ErrExpired, -age)
	}
	if _, known := r.seen[id]; known || !sent.After(r.floor) {
		return 0, ErrReplayed
	}
	if len(r.chunks[r.at]) == chunkEntries {
		r.advance(now)
	}
	r.chunks[r.at] = append(r.chunks[r.at], replayed{id, sent})
	r.seen[id] = struct{}{}
	return r.at, nil
}

// advance empties the oldest chunk for reuse.
func (r *Replay) advance(now time.Time) {
	begun := r.filled[r.at] + 1
	r.at = (r.at + 1) % ReplayChunks
	r.filled[r.at] = begun
	for _, e := range r.chunks[r.at] {
		delete(r.seen, e.id)
		if now.Sub(e.sent) <= MaxAge && e.sent.After(r.floor) {
			r.floor = e.sent
		}
	}
	r.chunks[r.at] = nil
}

// Chunk is the saved form of one chunk: its place in the order, the floor, its entries.
func (r *Replay) Chunk(i int) []byte {
	b := make([]byte, 0, chunkHead+len(r.chunks[i])*replayEntry)
	b = binary.BigEndian.AppendUint64(b, r.filled[i])
	b = binary.BigEndian.AppendUint64(b, millis(r.floor))
	for _, e := range r.chunks[i] {
		b = binary.BigEndian.AppendUint64(append(b, e.id[:]...), millis(e.sent))
	}
	return b
}

// Restore takes a saved chunk back; call it for each before the first Admit.
// The error is ErrMalformed.
func (r *Replay) Restore(i int, b []byte) error {
	if i < 0 || i >= ReplayChunks || len(b) < chunkHead ||
		(len(b)-chunkHead)%replayEntry != 0 || (len(b)-chunkHead)/replayEntry > chunkEntries {
		return fmt.Errorf("%w: saved replay filter", ErrMalformed)
	}
	r.filled[i] = binary.BigEndian.Uint64(b)
	if r.filled[i] > r.filled[r.at] {
		r.at = i
	}
	if floor := fromMillis(b[8:]); floor.After(r.floor) {
		r.floor = floor
	}
	r.chunks[i] = nil
	for e := b[chunkHead:]; len(e) > 0; e = e[replayEntry:] {
		id := ReplayID(e[:16])
		r.chunks[i] = append(r.chunks[i], replayed{id, fromMillis(e[16:])})
		r.seen[id] = struct{}{}
	}
	return nil
}

func millis(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixMilli()) //nolint:gosec // after 1970
}

func fromMillis(b []byte) time.Time {
	if n := binary.BigEndian.Uint64(b); n != 0 {
		return time.UnixMilli(int64(n)) //nolint:gosec // own data
	}
	return time.Time{}
}

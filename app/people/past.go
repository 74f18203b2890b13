package people

import (
	"encoding/binary"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
	"paravent/settings"
)

// Where the mark lies up to which the person has seen the history.
const (
	historyBlobs = "history"
	seenKey      = "seen"
)

// past is the history in memory, so that showing it decrypts nothing. What the
// file holds is the same, but for fleeting entries.
type past struct {
	mu      sync.Mutex
	read    bool                 // the file was
	entries []*kept              // by ID; never changed in place
	keep    settings.HistoryKeep // "": for ever
	last    uint64               // the highest ID ever given
	written uint64               // the highest that the file knows of
	seen    uint64               // the person has looked at everything up to it
}

// kept is one entry in memory.
type kept struct {
	entry    phone.HistoryEntry
	fleeting bool // is never written
}

func (p *past) find(id uint64) (at int, found bool) {
	return slices.BinarySearchFunc(p.entries, id, byID)
}

// readPast reads the file, once. s.past.mu is held.
func (s *Store) readPast() error {
	p := &s.past
	if p.read {
		return nil
	}
	mark, err := s.Blobs(historyBlobs).Get(seenKey)
	if err != nil {
		return err
	}
	if len(mark) == 8 {
		p.seen = binary.BigEndian.Uint64(mark)
	}
	p.entries = nil
	err = s.db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketHistory)
		p.written = b.Sequence()
		return b.ForEach(func(at, sealed []byte) error {
			k := &kept{}
			if err := s.decode(bucketHistory, at, sealed, &k.entry); err != nil {
				return err
			}
			k.entry.ID = binary.BigEndian.Uint64(at)
			p.entries = append(p.entries, k)
			p.written = max(p.written, k.entry.ID)
			return nil
		})
	})
	p.last, p.read = max(p.written, p.seen), err == nil // the mark may have outlived a damaged history
	return storeError(err)
}

// Unseen counts missed calls and knocks since MarkSeen.
func (s *Store) Unseen() int {
	s.past.mu.Lock()
	defer s.past.mu.Unlock()
	_ = s.readPast() // fails only once closed
	return len(s.past.unseen())
}

func (p *past) unseen() (list []*kept) {
	for _, k := range slices.Backward(p.entries) {
		if k.entry.ID <= p.seen {
			break
		}
		if k.entry.WantsNotice() {
			list = append(list, k)
		}
	}
	return list
}

// MarkSeen says that the person has looked at the history, and tells whether
// there was anything new in it. Of entries in memory only, nothing is written.
func (s *Store) MarkSeen() (news bool, err error) {
	p := &s.past
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := s.readPast(); err != nil {
		return false, err
	}
	unseen := p.unseen()
	if slices.ContainsFunc(unseen, func(k *kept) bool { return !k.fleeting }) {
		if err := s.Blobs(historyBlobs).Put(seenKey, entryKey(p.written)); err != nil {
			return false, err
		}
	}
	p.seen = p.last
	return len(unseen) > 0, nil
}

// within takes out the oldest entries over the bounds.
func within(entries []*kept) []*kept {
	own, uninvited := 0, 0
	for _, k := range entries {
		if k.entry.Uninvited() {
			uninvited++
		} else {
			own++
		}
	}
	return slices.DeleteFunc(entries, func(k *kept) bool {
		count, bound := &own, maxHistory
		if k.entry.Uninvited() {
			count, bound = &uninvited, maxUninvited
		}
		over := *count > bound
		if over {
			*count--
		}
		return over
	})
}

// written are those of list that the file is to hold or holds, and that are in
// next, or are not.
func written(list, next []*kept, in bool) []*kept {
	var found []*kept
	for _, k := range list {
		if _, there := slices.BinarySearchFunc(next, k.entry.ID, byID); there == in && !k.fleeting {
			found = append(found, k)
		}
	}
	return found
}

package people

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
	"paravent/settings"
)

// How many entries are kept. What strangers do has its own, smaller bound, so
// that they cannot push out the calls of the person.
const (
	maxHistory   = 1000
	maxUninvited = 200 // phone.HistoryEntry.Uninvited
)

// History lists the newest entries, newest first; limit <= 0 means all. Receipts
// are shared with later calls: they must not be changed.
func (s *Store) History(limit int) []phone.HistoryEntry {
	return s.newest(limit, func(phone.HistoryEntry) bool { return true })
}

// HistoryWith lists the newest entries about one person, as History does.
func (s *Store) HistoryWith(peerID string, limit int) []phone.HistoryEntry {
	return s.newest(limit, func(e phone.HistoryEntry) bool { return e.Peer.ID == peerID })
}

func (s *Store) newest(limit int, wanted func(phone.HistoryEntry) bool) []phone.HistoryEntry {
	s.past.mu.Lock()
	defer s.past.mu.Unlock()
	list := []phone.HistoryEntry{}
	_ = s.readPast() // fails only once closed
	for _, k := range slices.Backward(s.past.entries) {
		if limit > 0 && len(list) == limit {
			break
		}
		if wanted(k.entry) {
			list = append(list, k.entry)
		}
	}
	return list
}

// AsNow is a person of the history as the address book has them now; who is
// not in it keeps the name of then.
func (s *Store) AsNow(p phone.Person) phone.Person {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, known := s.contacts.get(p.ID)
	p.Contact = known
	if known {
		p.Name, p.Address = c.Name, c.Address
	}
	return p
}

// AddHistory adds the newest entry and returns its ID. Where nothing is to be
// written, what wants the person's notice stays in memory until Close; of the
// rest nothing stays, and the ID is 0.
func (s *Store) AddHistory(e phone.HistoryEntry) (uint64, error) {
	p := &s.past
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := s.readPast(); err != nil {
		return 0, err
	}
	fleeting := p.keep == settings.KeepNever
	if fleeting && !e.WantsNotice() {
		return 0, nil
	}
	e.ID = p.last + 1
	if err := s.changePast([]*kept{{e, fleeting}}, nobody); err != nil {
		return 0, err
	}
	return e.ID, nil
}

// DeleteHistory deletes entries; where one of them is not there (ErrNoEntry),
// it deletes none.
func (s *Store) DeleteHistory(ids ...uint64) error {
	s.past.mu.Lock()
	defer s.past.mu.Unlock()
	if err := s.readPast(); err != nil {
		return err
	}
	gone := map[uint64]bool{}
	for _, id := range ids {
		if _, found := s.past.find(id); !found {
			return fmt.Errorf("%w: %d", ErrNoEntry, id)
		}
		gone[id] = true
	}
	return s.changePast(nil, func(k *kept) bool { return gone[k.entry.ID] })
}

// RestoreHistory puts back entries as History gave them, under their own IDs.
// Those that are there stay as they are; an ID that no entry ever had is
// refused (ErrNoEntry) and nothing restored. Where nothing is to be written,
// they come back until Close.
func (s *Store) RestoreHistory(entries ...phone.HistoryEntry) error {
	p := &s.past
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := s.readPast(); err != nil {
		return err
	}
	var back []*kept
	for _, e := range entries {
		if e.ID == 0 || e.ID > p.last {
			return fmt.Errorf("%w: %d", ErrNoEntry, e.ID)
		}
		if _, found := p.find(e.ID); !found {
			back = append(back, &kept{e, p.keep == settings.KeepNever})
		}
	}
	return s.changePast(back, nobody)
}

// ClearHistory forgets all entries. Their IDs are not given again.
func (s *Store) ClearHistory() error {
	s.past.mu.Lock()
	defer s.past.mu.Unlock()
	if err := s.readPast(); err != nil {
		return err
	}
	return s.changePast(nil, func(*kept) bool { return true })
}

// RetainHistory makes keep hold from now on, also where err says that the
// entries which it does not allow could not be deleted. It counts those gone.
func (s *Store) RetainHistory(keep settings.HistoryKeep, now time.Time) (gone int, err error) {
	p := &s.past
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep = keep
	if err := s.readPast(); err != nil {
		return 0, err
	}
	since, before := keep.Since(now), len(p.entries)
	err = s.changePast(nil, func(k *kept) bool {
		return !k.fleeting && (keep == settings.KeepNever || k.entry.At.Before(since))
	})
	return before - len(p.entries), err
}

func nobody(*kept) bool { return false }

// changePast adds entries and takes out those that must go and those over the
// bounds, in one transaction; on error nothing changes. s.past.mu is held.
func (s *Store) changePast(add []*kept, gone func(*kept) bool) error {
	p := &s.past
	next := slices.DeleteFunc(slices.Clone(p.entries), gone)
	for _, k := range add {
		at, _ := slices.BinarySearchFunc(next, k.entry.ID, byID)
		next = slices.Insert(next, at, k)
	}
	next = within(next)
	last := p.last
	for _, k := range add {
		last = max(last, k.entry.ID)
	}
	put, del := written(add, next, true), written(p.entries, next, false)
	if len(put)+len(del) > 0 {
		if err := s.update(func(tx *bolt.Tx) error { return s.writePast(tx, put, del, last) }); err != nil {
			return err
		}
		p.written = last
	}
	p.entries, p.last = next, last
	return nil
}

// writePast keeps the sequence of the bucket at the highest ID, so that no ID
// is given twice.
func (s *Store) writePast(tx *bolt.Tx, put, del []*kept, last uint64) error {
	b := tx.Bucket(bucketHistory)
	for _, k := range put {
		value, err := json.Marshal(k.entry)
		if err != nil {
			return err
		}
		if err := s.put(tx, bucketHistory, entryKey(k.entry.ID), value); err != nil {
			return err
		}
	}
	for _, k := range del {
		if err := b.Delete(entryKey(k.entry.ID)); err != nil {
			return err
		}
	}
	return b.SetSequence(last)
}

func entryKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func byID(k *kept, id uint64) int { return cmp.Compare(k.entry.ID, id) }

package people

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
)

// record is one value and where it lies.
type record struct{ bucket, at, value []byte }

// Blob names a value that another package keeps.
type Blob struct{ Part, Key string }

// Fill writes what a backup held into a store that is empty, all of it or
// nothing. Errors: ErrBadContact, ErrTooMany, and those of writing.
func (s *Store) Fill(contacts []phone.Contact, history []phone.HistoryEntry, blobs map[Blob][]byte) error {
	var all []record
	if len(contacts) > maxContacts {
		return ErrTooMany
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := map[string]phone.Contact{}
	for _, c := range contacts {
		c, err := clean(c)
		if _, twice := kept[c.ID]; err == nil && twice {
			err = fmt.Errorf("%w: twice", ErrBadContact)
		}
		if err != nil {
			return err
		}
		kept[c.ID] = c
		value, err := json.Marshal(c)
		if err != nil {
			return storeError(err)
		}
		all = append(all, record{bucketContacts, s.box.name(bucketContacts, []byte(c.ID)), value})
	}
	for _, e := range history {
		value, err := json.Marshal(e)
		if err != nil {
			return storeError(err)
		}
		all = append(all, record{bucketHistory, binary.BigEndian.AppendUint64(nil, e.ID), value})
	}
	for b, value := range blobs {
		all = append(all, record{bucketBlobs, s.Blobs(b.Part).at(b.Key), value})
	}
	if err := s.update(func(tx *bolt.Tx) error { return s.fill(tx, all, 0) }); err != nil {
		return err
	}
	s.contacts = newBook()
	s.contacts.put(slices.Collect(maps.Values(kept))...)
	return nil
}

// fill writes records. The history goes on counting after the last of them, and
// after sequence.
func (s *Store) fill(tx *bolt.Tx, all []record, sequence uint64) error {
	for _, r := range all {
		if err := s.put(tx, r.bucket, r.at, r.value); err != nil {
			return err
		}
	}
	history := tx.Bucket(bucketHistory)
	if last, _ := history.Cursor().Last(); len(last) == 8 {
		sequence = max(sequence, binary.BigEndian.Uint64(last))
	}
	return history.SetSequence(sequence)
}

package people

import (
	"encoding/binary"
	"encoding/json"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
)

// maxHistory is how many entries are kept; older ones are deleted.
const maxHistory = 1000

// History lists the newest entries, newest first; limit <= 0 means all.
func (s *Store) History(limit int) []phone.HistoryEntry {
	list := []phone.HistoryEntry{}
	_ = s.db.View(func(tx *bolt.Tx) error { // fails only once closed
		c := tx.Bucket(bucketHistory).Cursor()
		for at, sealed := c.Last(); at != nil && (limit <= 0 || len(list) < limit); at, sealed = c.Prev() {
			var e phone.HistoryEntry
			if s.decode(bucketHistory, at, sealed, &e) == nil {
				e.ID = binary.BigEndian.Uint64(at)
				list = append(list, e)
			}
		}
		return nil
	})
	return list
}

// AddHistory adds the newest entry and returns its ID.
func (s *Store) AddHistory(e phone.HistoryEntry) (id uint64, err error) {
	err = s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketHistory)
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		e.ID, id = n, n
		value, err := json.Marshal(e)
		if err != nil {
			return err
		}
		at := binary.BigEndian.AppendUint64(nil, n)
		if err := s.put(tx, bucketHistory, at, value); err != nil {
			return err
		}
		c := b.Cursor()
		for old, _ := c.First(); old != nil && binary.BigEndian.Uint64(old)+maxHistory <= n; old, _ = c.Next() {
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// ClearHistory forgets all entries.
func (s *Store) ClearHistory() error {
	return s.update(func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket(bucketHistory); err != nil {
			return err
		}
		_, err := tx.CreateBucket(bucketHistory)
		return err
	})
}

package people

import (
	"slices"

	bolt "go.etcd.io/bbolt"
)

// Blobs is a part of the Store in which another package keeps bytes by key.
type Blobs struct {
	store  *Store
	bucket []byte
}

// Blobs gives the part with this name, such as "courier". Parts share no keys.
func (s *Store) Blobs(name string) Blobs { return Blobs{s, []byte(name)} }

// Get reads a value; nil without an error says that there is none.
func (b Blobs) Get(key string) (value []byte, err error) {
	err = b.store.db.View(func(tx *bolt.Tx) error {
		at := b.at(key)
		sealed := tx.Bucket(bucketBlobs).Get(at)
		if sealed == nil {
			return nil
		}
		value, err = b.store.value(bucketBlobs, at, sealed)
		return err
	})
	return value, storeError(err)
}

// Put writes a value; an empty one is kept as such.
func (b Blobs) Put(key string, value []byte) error {
	at := b.at(key)
	return b.store.update(func(tx *bolt.Tx) error {
		return b.store.put(tx, bucketBlobs, at, value)
	})
}

// Delete removes a value, if there is one.
func (b Blobs) Delete(key string) error {
	return b.store.update(func(tx *bolt.Tx) error { return tx.Bucket(bucketBlobs).Delete(b.at(key)) })
}

func (b Blobs) at(key string) []byte {
	return b.store.box.name(slices.Concat([]byte("blobs "), b.bucket), []byte(key))
}

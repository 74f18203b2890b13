package people

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"paravent/app/phone"
	"paravent/settings"
)

// The buckets of the file. Their names are the same for everybody.
var (
	bucketMeta     = []byte("meta")
	bucketContacts = []byte("contacts")
	bucketHistory  = []byte("history")
	bucketBlobs    = []byte("blobs")
	allBuckets     = [][]byte{bucketMeta, bucketContacts, bucketHistory, bucketBlobs}
	keyID          = []byte("key")
	keyVersion     = []byte("version")  // of the file; sealed
	keyRevision    = []byte("revision") // of the last transaction; sealed
)

// lockTimeout is how long Open waits for another phone to let go of the file.
const lockTimeout = 500 * time.Millisecond

// Store is the address book, the history and the blobs of one profile.
type Store struct {
	// set at construction
	path string
	box  *box
	db   *bolt.DB

	mu       sync.RWMutex
	contacts book // as in the file

	past past
}

// Open opens or makes the file at path. key is derived from the identity seed.
// What can be read of a damaged file is put into a new one; the damaged one is
// kept aside as NAME.broken-TIME, and notice, a *phone.Recovery with ErrCorrupt,
// says so. A file of an older version is brought up to
// date. err is ErrWrongKey, ErrNewer, ErrInUse, phone.ErrDiskFull or ErrStore;
// then the file was not touched.
func Open(path string, key [32]byte) (s *Store, notice error, err error) { //nolint:revive,staticcheck // err is the last one; notice is not a failure
	if err := finishRescue(path); err != nil {
		return nil, nil, err
	}
	s, err = open(path, key)
	if !errors.Is(err, ErrCorrupt) && !(errors.Is(err, ErrWrongKey) && opensSomething(path, key)) {
		return s, nil, err
	}
	r, err := rescue(path, key, corrupt(err))
	if err != nil {
		return nil, nil, err
	}
	s, err = open(path, key)
	return s, r, err
}

func open(path string, key [32]byte) (*Store, error) {
	box, err := newBox(key)
	if err != nil {
		return nil, storeError(err)
	}
	s := &Store{path: path, box: box, contacts: newBook()}
	if s.db, err = openDB(path); err != nil {
		return nil, err
	}
	err = guarded(s.load)
	if err != nil {
		_ = guarded(s.db.Close)
		return nil, err
	}
	return s, nil
}

func openDB(path string) (db *bolt.DB, err error) {
	err = guarded(func() error {
		var err error
		db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, FreelistType: bolt.FreelistMapType})
		var errno syscall.Errno
		switch {
		case err == nil:
			return nil
		case errors.Is(err, berrors.ErrTimeout):
			return ErrInUse
		case errors.As(err, &errno): // the system refused; the content was not judged
			return storeError(err)
		}
		return corrupt(err)
	})
	return db, err
}

// guarded turns what bbolt does on damaged pages, a panic or a memory fault
// beyond the end of the file, into ErrCorrupt.
func guarded(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, r)
		}
	}()
	return f()
}

// load proves the key, checks everything, brings the file up to date, and reads
// the contacts. Nothing is written before everything was checked: a page that
// is wrongly said to be free would be written over.
func (s *Store) load() error {
	version, err := s.prepare()
	if err != nil {
		return err
	}
	if err := s.db.View(func(tx *bolt.Tx) error { return s.verify(tx, version) }); err != nil {
		return err
	}
	if err := s.migrate(version, steps); err != nil {
		return err
	}
	var all []phone.Contact
	if err := s.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketContacts).ForEach(func(at, sealed []byte) error {
			var c phone.Contact
			err := s.decode(bucketContacts, at, sealed, &c)
			all = append(all, c)
			return err
		})
	}); err != nil {
		return err
	}
	s.contacts.put(all...)
	return nil
}

// verify opens every value and checks the pages. The order matters: a page that
// points beyond the file must fault here, where guarded catches it, and not in
// the goroutine that bbolt's own check starts.
func (s *Store) verify(tx *bolt.Tx, version int) error {
	open := s.box.opener(version)
	for _, name := range [][]byte{bucketContacts, bucketHistory, bucketBlobs} {
		if err := tx.Bucket(name).ForEach(func(at, sealed []byte) error {
			_, _, err := open(name, at, sealed)
			return corrupt(err)
		}); err != nil {
			return err
		}
	}
	return checkPages(tx)
}

// prepare makes the buckets of a new file, or compares the key of an old one
// and reads its version.
func (s *Store) prepare() (version int, err error) {
	found := 0
	err = s.db.View(func(tx *bolt.Tx) error {
		for _, name := range allBuckets {
			if tx.Bucket(name) != nil {
				found++
			}
		}
		if meta := tx.Bucket(bucketMeta); meta != nil {
			version, err = s.identify(meta)
		}
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case found == len(allBuckets):
		return version, nil
	case found > 0:
		return 0, fmt.Errorf("%w: parts are missing", ErrCorrupt)
	}
	return Version, s.update(func(tx *bolt.Tx) error {
		for _, name := range allBuckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return errors.Join(tx.Bucket(bucketMeta).Put(keyID, s.box.name(bucketMeta, keyID)), s.putVersion(tx))
	})
}

// checkPages has bbolt check its structure, after it made sure that no page
// claims more room than there is: bbolt would count through all of it.
func checkPages(tx *bolt.Tx) error {
	pages := int(tx.Size()) / tx.DB().Info().PageSize
	for id := 0; id < pages; {
		page, err := tx.Page(id)
		if err != nil || page == nil || page.OverflowCount >= pages-id && page.Type != "free" {
			return fmt.Errorf("%w: page %d", ErrCorrupt, id)
		}
		id++
		if page.Type != "free" {
			id += page.OverflowCount
		}
	}
	var first error
	for err := range tx.Check() { // drain it: Check runs in a goroutine of its own
		if first == nil {
			first = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
	}
	return first
}

func (s *Store) value(bucket, at, sealed []byte) ([]byte, error) {
	_, v, err := s.box.open(bucket, at, sealed)
	return v, corrupt(err)
}

func (s *Store) decode(bucket, at, sealed []byte, into any) error {
	v, err := s.value(bucket, at, sealed)
	if err != nil {
		return err
	}
	return corrupt(json.Unmarshal(v, into))
}

// corrupt says of err that the file is damaged.
func corrupt(err error) error {
	if err == nil || errors.Is(err, ErrCorrupt) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// put seals a value and writes it.
func (s *Store) put(tx *bolt.Tx, bucket, at, value []byte) error {
	return tx.Bucket(bucket).Put(at, s.box.seal(bucket, at, uint64(tx.ID()), value)) // IDs begin at 0 and only grow
}

// update writes; on error the file holds what it held. Every transaction says
// in the file which one it is, also one that only removes: a damaged file is
// recovered by that.
func (s *Store) update(change func(*bolt.Tx) error) error {
	return storeError(s.db.Update(func(tx *bolt.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		return s.put(tx, bucketMeta, keyRevision, nil)
	}))
}

// storeError gives err a code that people can be told.
func storeError(err error) error {
	var fault *phone.Fault
	switch {
	case err == nil, errors.As(err, &fault):
		return err
	case settings.IsDiskFull(err), strings.HasPrefix(err.Error(), "file resize error"): // bbolt hides the cause of that one
		return fmt.Errorf("%w: %w", phone.ErrDiskFull, err)
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return fmt.Errorf("%w: %w", phone.ErrClosed, err)
	}
	return fmt.Errorf("%w: %w", ErrStore, err)
}

// Close lets go of the file. Later calls that write are phone.ErrClosed.
func (s *Store) Close() error { return storeError(s.db.Close()) }

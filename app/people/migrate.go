package people

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
	"paravent/settings"
)

// Version is the version of the file that this package writes. Version 1 had
// none written in it; it sealed values without their revision.
const Version = 2

// document is the JSON of a contact or of an entry of the history before it is
// typed.
type document map[string]json.RawMessage

// step turns a document of one version into one of the next.
type step func(bucket []byte, d document) error

// steps are in order: steps[0] leads from version 1 to 2.
var steps = []step{toVersion2}

// toVersion2: all that version 1 knew were calls, and it knew no exceptions for
// single people.
func toVersion2(bucket []byte, d document) error {
	key, value := "permission", string(phone.PermissionInherit)
	if bytes.Equal(bucket, bucketHistory) {
		key, value = "kind", string(phone.HistoryCall)
	}
	if text := string(d[key]); text != "" && text != `""` {
		return nil // written between the two versions
	}
	d[key] = strconv.AppendQuote(nil, value)
	return nil
}

// upgrade brings one value from a version up to date. Blobs are the business
// of those who keep them.
func upgrade(bucket, value []byte, from int, steps []step) ([]byte, error) {
	if from > len(steps) || bytes.Equal(bucket, bucketBlobs) {
		return value, nil
	}
	var d document
	if err := json.Unmarshal(value, &d); err != nil {
		return nil, corrupt(err)
	}
	for v, step := range steps[from-1:] {
		if err := step(bucket, d); err != nil {
			return nil, fmt.Errorf("%w: from version %d: %w", ErrCorrupt, from+v, err)
		}
	}
	return json.Marshal(d)
}

// opener is what opens the values of a version.
func (b *box) opener(version int) func(bucket, at, sealed []byte) (revision uint64, value []byte, err error) {
	if version == 1 {
		return b.openV1
	}
	return b.open
}

// identify compares the key and reads the version.
func (s *Store) identify(meta *bolt.Bucket) (version int, err error) {
	sealed := meta.Get(keyVersion)
	if !bytes.Equal(meta.Get(keyID), s.box.name(bucketMeta, keyID)) {
		return 0, ErrWrongKey
	}
	if sealed == nil {
		return 1, nil
	}
	text, err := s.value(bucketMeta, keyVersion, sealed)
	if err != nil {
		return 0, err
	}
	version, err = strconv.Atoi(string(text))
	switch {
	case err != nil || version < 2:
		return 0, fmt.Errorf("%w: version", ErrCorrupt)
	case version > Version:
		return 0, fmt.Errorf("%w: %d", ErrNewer, version)
	}
	return version, nil
}

func (s *Store) putVersion(tx *bolt.Tx) error {
	return s.put(tx, bucketMeta, keyVersion, []byte(strconv.Itoa(Version)))
}

// migrate brings the file up to date in one transaction: after a crash it is
// the old file or the new one. The old one stays beside it as NAME.vN until
// the new one was opened once more, so that a program that cannot read what it
// wrote has not destroyed anything. Then it goes: it holds people and calls
// that were removed since.
func (s *Store) migrate(from int, steps []step) error {
	if from > len(steps) {
		s.dropOld()
		return nil
	}
	if err := s.keepOld(from); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, bucket := range [][]byte{bucketContacts, bucketHistory, bucketBlobs} {
			if err := s.migrateBucket(tx, bucket, from, steps); err != nil {
				return err
			}
		}
		return s.putVersion(tx)
	})
}

func (s *Store) migrateBucket(tx *bolt.Tx, bucket []byte, from int, steps []step) error {
	type pair struct{ at, value []byte }
	var all []pair // a bucket must not change while it is walked
	open := s.box.opener(from)
	err := tx.Bucket(bucket).ForEach(func(at, sealed []byte) error {
		_, value, err := open(bucket, at, sealed)
		if err == nil {
			value, err = upgrade(bucket, value, from, steps)
		}
		all = append(all, pair{bytes.Clone(at), value})
		return corrupt(err)
	})
	for _, p := range all {
		if err == nil {
			err = s.put(tx, bucket, p.at, p.value)
		}
	}
	return err
}

// keepOld copies the file as it is now.
func (s *Store) keepOld(version int) error {
	err := s.db.View(func(tx *bolt.Tx) error {
		return settings.WriteFile(s.oldFile(version), func(f *os.File) error {
			_, err := tx.WriteTo(f)
			return err
		})
	})
	return storeError(err)
}

func (s *Store) oldFile(version int) string { return s.path + ".v" + strconv.Itoa(version) }

var oldSuffix = regexp.MustCompile(`^\.v\d+$`)

// dropOld removes what keepOld kept; what cannot be removed stays for the next
// time.
func (s *Store) dropOld() {
	entries, _ := os.ReadDir(filepath.Dir(s.path))
	for _, e := range entries {
		if suffix, ok := strings.CutPrefix(e.Name(), filepath.Base(s.path)); ok && oldSuffix.MatchString(suffix) {
			_ = os.Remove(s.path + suffix)
		}
	}
}

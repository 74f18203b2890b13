package people

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"paravent/app/phone"
	"paravent/settings"
)

// rescued is where the new file is built from what was read of a damaged one.
//
//	build NAME.rescued -> rename NAME to NAME.broken-TIME -> rename NAME.rescued to NAME
//	killed here: begun anew        killed here: the second rename is done by the next Open
const rescued = ".rescued"

// finishRescue does what a rescue that was killed left to do.
func finishRescue(path string) error {
	_, err := os.Lstat(path)
	_, built := os.Lstat(path + rescued)
	switch {
	case errors.Is(err, os.ErrNotExist) && built == nil:
		return storeError(os.Rename(path+rescued, path))
	case built == nil:
		return storeError(os.Remove(path + rescued))
	}
	return nil
}

// opensSomething tells whether anything in a file is sealed under this key:
// then its note of the key is damaged, and the file is nobody else's.
func opensSomething(path string, key [32]byte) bool {
	box, err := newBox(key)
	return err == nil && len(salvage(path, box).found) > 0
}

// rescue puts what can be read of a damaged file into a new one in its place,
// and keeps the damaged one aside.
func rescue(path string, key [32]byte, damage error) (*phone.Recovery, error) {
	box, err := newBox(key)
	if err != nil {
		return nil, storeError(err)
	}
	all := salvage(path, box)
	fresh, err := open(path+rescued, key)
	if err != nil {
		return nil, err
	}
	records, people, entries := all.records(fresh)
	err = fresh.update(func(tx *bolt.Tx) error { return fresh.fill(tx, records, all.last) })
	if err = errors.Join(err, fresh.Close()); err != nil {
		return nil, err
	}
	aside := path + ".broken-" + time.Now().UTC().Format("20060102-150405.000")
	if err := errors.Join(os.Rename(path, aside), os.Rename(path+rescued, path), settings.SyncFolder(filepath.Dir(path))); err != nil {
		return nil, storeError(err)
	}
	return &phone.Recovery{Err: damage, People: people, Entries: entries, Kept: filepath.Base(aside)}, nil
}

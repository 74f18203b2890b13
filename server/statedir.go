package server

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// stateDir is the folder that one running server holds: the configured one, or
// a temporary one, which only satisfies the broker and goes away on Close.
type stateDir struct {
	path      string
	lock      *flock.Flock
	temporary bool
}

func openStateDir(path string) (*stateDir, error) {
	if path == "" {
		tmp, err := os.MkdirTemp("", "paravent-server-")
		if err != nil {
			return nil, storeError(err)
		}
		return &stateDir{path: tmp, temporary: true}, nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, storeError(err)
	}
	lock := flock.New(filepath.Join(path, "lock"))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, storeError(err)
	case !held:
		return nil, ErrDirInUse
	}
	if err := probeRoom(path); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return &stateDir{path: path, lock: lock}, nil
}

// leastRoom is what the broker needs to start, in bytes. Its own errors do not
// say that the disk is full.
const leastRoom = 256 << 10

func probeRoom(dir string) error {
	f, err := os.CreateTemp(dir, "probe-")
	if err != nil {
		return storeError(err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // an empty file may stay
	_, err = f.Write(make([]byte, leastRoom))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return storeError(err)
	}
	return nil
}

func (d *stateDir) Close() error {
	if d.temporary {
		return os.RemoveAll(d.path)
	}
	return d.lock.Close()
}

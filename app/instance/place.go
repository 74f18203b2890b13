package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"
)

// maxSocketPath is what the shortest sun_path of the systems holds (macOS).
const maxSocketPath = 103

// folder is the private folder in a profile, with the lock and the socket.
func folder(profile string) string { return filepath.Join(profile, "instance") }

// places are where the socket of a profile may be, in the order of trying: in
// the profile or, where its path is too long or its file system has no
// sockets, in a folder of this user under a name made from the path.
func places(profile string) []string {
	inside := filepath.Join(folder(profile), "socket")
	list := []string{inside}
	if len(inside) > maxSocketPath {
		list = nil
	}
	base := os.Getenv("XDG_RUNTIME_DIR")
	if base == "" {
		var err error
		if base, err = os.UserCacheDir(); err != nil {
			return list
		}
	}
	sum := sha256.Sum256([]byte(profile))
	return append(list, filepath.Join(base, "paravent-"+hex.EncodeToString(sum[:8]), "socket"))
}

// private makes a folder that only this user can enter.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !s.IsDir() {
		return errors.New("not a folder: " + dir)
	}
	if s.Mode().Perm() == 0o700 {
		return nil
	}
	return os.Chmod(dir, 0o700) //nolint:gosec // a folder has to be entered
}

// listen opens the socket at the first place that allows one. The caller holds
// the lock, so that a socket found there is nobody's.
func listen(places []string) (*net.UnixListener, error) {
	var failed error
	for _, path := range places {
		l, err := listenAt(path)
		if err == nil {
			return l, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

func listenAt(path string) (*net.UnixListener, error) {
	if err := private(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// dial reaches the socket of the process that holds the lock.
func dial(places []string, deadline time.Time) (net.Conn, error) {
	var failed error
	for _, path := range places {
		c, err := (&net.Dialer{Deadline: deadline}).Dial("unix", path)
		if err == nil {
			return c, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

package settings

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// WriteFile puts what write writes in place of the file at path at once or not
// at all, readable by its owner only. When it returns nil, the disk has it: the
// content was synced before the new name, and the name by its folder, so that
// a loss of power too leaves the old file or the new one. It takes away what
// an earlier write of this file left behind when it was killed; nobody else
// may be writing the same file.
func WriteFile(path string, write func(*os.File) error) (err error) {
	RemoveLeftovers(path)
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "." // os.CreateTemp would take the system's, which may be another disk
	}
	f, err := os.CreateTemp(dir, "."+name+temporary+"*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil { // on Windows too it replaces a file
		return err
	}
	return SyncFolder(dir)
}

// WriteBytes is WriteFile for what is in memory.
func WriteBytes(path string, data []byte) error {
	return WriteFile(path, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// temporary marks files that are not whole yet: ".NAME.tmp-" and a number.
const temporary = ".tmp-"

// RemoveLeftovers removes what writes of the file at path left behind that were
// killed. What cannot be removed stays for the next time.
func RemoveLeftovers(path string) {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+name+temporary) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// IsDiskFull tells whether err says that there is no room on a disk.
func IsDiskFull(err error) bool {
	return slices.ContainsFunc(fullErrors, func(full error) bool { return errors.Is(err, full) })
}

package settings

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// fullErrors: ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
var fullErrors = []error{syscall.Errno(39), syscall.Errno(112)}

// replaceFile puts data in place of the file at once or not at all; os.Rename
// replaces an existing file.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

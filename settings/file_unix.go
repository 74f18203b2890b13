//go:build !windows

package settings

import (
	"errors"
	"os"
	"syscall"
)

// fullErrors: no space, over quota, over the file size limit.
var fullErrors = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}

// SyncFolder has the disk know the names in a folder.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) { // some network file systems have no such thing
		err = nil
	}
	return errors.Join(err, d.Close())
}

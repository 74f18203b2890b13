//go:build !windows

package settings

import (
	"syscall"

	"github.com/google/renameio/v2"
)

// fullErrors: no space, over quota, over the file size limit.
var fullErrors = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}

// replaceFile puts data in place of the file at once or not at all.
func replaceFile(path string, data []byte) error {
	return renameio.WriteFile(path, data, 0o600, renameio.IgnoreUmask())
}

package settings

import "syscall"

// fullErrors: ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
var fullErrors = []error{syscall.Errno(39), syscall.Errno(112)}

// SyncFolder has nothing to do: NTFS keeps its names in a journal.
func SyncFolder(string) error { return nil }

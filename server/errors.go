package server

import (
	"errors"
	"fmt"
	"syscall"
)

// What may go wrong in Open. Each wraps the cause.
var (
	ErrPortInUse   = errors.New("the port is already in use by another program")
	ErrListen      = errors.New("cannot listen on this address")
	ErrCertificate = errors.New("the certificate or its key cannot be used")
	ErrStore       = errors.New("the state folder cannot be used")
	ErrDiskFull    = errors.New("the disk is full")
	ErrDirInUse    = errors.New("another server already uses this state folder")
	ErrConfig      = errors.New("these settings cannot work")
)

// storeError names the trouble with the state folder: a full disk is told
// apart, because people can mend it.
func storeError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return fmt.Errorf("%w: %w", ErrStore, err)
}

// listenError names the trouble with a port.
func listenError(err error) error {
	if isAddrInUse(err) {
		return fmt.Errorf("%w: %w", ErrPortInUse, err)
	}
	return fmt.Errorf("%w: %w", ErrListen, err)
}

package server

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isAddrInUse also counts WSAEACCES, which Windows gives where another program
// holds the port exclusively.
func isAddrInUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}

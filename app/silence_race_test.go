//go:build race

package app

import "time"

// The race detector makes the cryptography of one try seven times as slow, and
// its times are not the program's: the thousand tries run without it too.
const (
	silentTries = 250
	leakDelay   = 20 * time.Millisecond
)

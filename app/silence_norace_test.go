//go:build !race

package app

import "time"

const (
	silentTries = 1000                 // of each silence
	leakDelay   = 5 * time.Millisecond // of the leaks that the test has to see
)

//go:build windows || darwin

package identity

// HasSessionBus is always true: the system has its own keyring and needs no bus.
func HasSessionBus() bool { return true }

// noKeyringService is never so: the keyring is a part of the system.
func noKeyringService(error) bool { return false }

//go:build windows || darwin

package identity

// keyringPresent is always true: the system has its own keyring.
func keyringPresent() bool { return true }

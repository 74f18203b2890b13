//go:build !windows

package instance

// allowForward: the other systems let a program bring its own window forward.
func allowForward() {}

//go:build !windows

package app

import "syscall"

// ownSession lets a program that was started live on after this one, and apart
// from the terminal that this one was started in.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

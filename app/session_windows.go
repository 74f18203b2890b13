package app

import "syscall"

// ownSession lets a program that was started live apart from the console that
// this one was started in.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

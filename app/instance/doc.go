// Package instance lets one window at a time have a profile. The first process
// that claims a profile holds its lock and listens on a socket that only this
// user can reach; every later one hands over what it was started for, waits
// until the first has taken it, and ends.
//
//	later process: Claim -> lock is held -> one line on the socket -> "ok" -> ends
//	first process: Claim -> lock -> socket -> Requests -> window
//
// The lock belongs to the process and not to a file that could be left behind:
// after kill -9 the next start is the first, and removes the old socket.
// All of it may be called from any goroutine.
package instance

// Package egress is how packets leave this computer: by the system's choice,
// by one network device and no other (P8), or, in package wireguard below it,
// through a tunnel of the phone's own.
//
//	settings -> app -> Network -> signal: the connection to the server
//	                      |----> route, line: relay check and media, through a Meter for each call
//	                      |----> server: forwarding of the embedded one
//
// A Network never falls back to another way out: what it cannot send the way
// it promised, it does not send, and says so with a typed fault. Any goroutine
// may use everything here.
package egress

// Package hostile is the other side of a call as it should be feared: a peer
// that speaks the real protocol with the real parts (identity, signal, courier,
// call), but describes its media by hand, sends what no phone of ours sends,
// and writes down everything that it learns. The privacy check runs it against
// this phone, the laboratory against phones in other processes.
//
//	call.Manager -> stage (call.Media) -> station: recorded sockets, pion, DTLS
//	     |-> tap (call.Courier) -> courier -> signal.Client -> server
//	         tap, station, sockets --everything that arrives--> Log -> Facts
//
// It is never part of a call of the person. Every method of Peer and Log may
// be called from any goroutine; Open, Close and Describe's work may block.
package hostile

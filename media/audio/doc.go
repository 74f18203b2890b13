// Package audio carries sound both ways between devices and RTP. An Endpoint
// may be used from any goroutine; media/session.go joins it to a PeerConnection.
//
//	microphone -> 10 ms chunks -> echo and noise removal -> Opus with FEC -> Track (RTP)
//	                                     ^ what was played
//	Receive (RTP) -> jitter buffer -> Opus, FEC, concealment -> stretch -> speaker
//
// Threads: one goroutine reads, cleans, encodes and writes what the microphone
// hears; Receive's goroutine only fills the jitter buffer; the speaker's own
// thread pulls from it and decodes just in time, so that no other queue adds delay.
package audio

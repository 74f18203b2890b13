// Package video carries pictures: camera to RTP, and RTP to a screen.
//
//	camera (mediadevices track) -> capture: preview, scale -> VP8 -> packetizer -> Track -> PeerConnection
//	RTPReader -> assembler (order, wait for resent packets) -> VP8 -> Screen
//
// The mediadevices track is read as encoded frames and never bound to a
// PeerConnection itself: it would send its own payload types instead of the
// negotiated ones, and would stop with the connection; this Track outlives one.
//
// Goroutines: one captures (started by StartCapture), one receives (the caller
// of Receive). All methods of Endpoint may be called from any goroutine.
// Screens are called from these two and must not block.
package video

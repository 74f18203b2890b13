// Package media joins sound and pictures to one WebRTC connection.
//
//	audio.Endpoint.Track --express--------------+
//	video.Endpoint.Track -> NACK buffer -> pacer +-> TWCC number -> SRTP -> ICE
//	SRTP -> NACK, TWCC feedback -> audio.Endpoint.Receive / video.Endpoint.Receive
//	TWCC feedback from the peer -> congestion.Controller -> pacer rate, encoder bitrate
//
// Only package app uses a Session, from any goroutine. Callbacks come from
// goroutines of the library: they must only post and return. Endpoints outlive
// a Session, so that a call may move to another one.
package media

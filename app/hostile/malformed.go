package hostile

import "strings"

// Malformed are descriptions that no phone may take: each must end the call
// with a typed error.
func Malformed() map[string]string {
	const head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
	return map[string]string{
		"no description": "hello",
		"no media":       head,
		"data channel":   head + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n",
		"plain rtp":      head + "m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n",
		"many lines":     head + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n", 40),
		"cut off":        head + "m=audio 9 UDP/TLS/RTP/SAV",
	}
}

package hostile

import (
	"encoding/binary"
	"time"
)

// soundClock is the rate of time stamps of sound, RFC 7587 section 4.1.
const soundClock = 48000

// stream is one SSRC's packets of sound, by their time stamps.
type stream struct {
	first  uint32          // the first packet's stamp
	began  time.Time       // when a packet of that stamp would have come with the least delay of all
	stamps []time.Duration // since first, at most maxSizes
}

// headOf reads time stamp and SSRC, which SRTP leaves in clear (RFC 3550
// section 5.1, RFC 3711 section 3.1).
func headOf(b []byte) (stamp, ssrc uint32, ok bool) {
	if len(b) < 12 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), true
}

func (s *stream) came(stamp uint32, now time.Time) {
	since := time.Duration(int32(stamp-s.first)) * time.Second / soundClock
	if began := now.Add(-since); began.Before(s.began) {
		s.began = began
	}
	if len(s.stamps) < maxSizes {
		s.stamps = append(s.stamps, since)
	}
}

// sentAfter counts the packets that were made after a time.
func (s *stream) sentAfter(at time.Time) (n int) {
	for _, since := range s.stamps {
		if s.began.Add(since).After(at) {
			n++
		}
	}
	return n
}

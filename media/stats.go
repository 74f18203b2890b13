package media

import (
	"net"
	"strconv"
	"time"

	"github.com/pion/webrtc/v4"

	"paravent/media/audio"
	"paravent/media/video"
)

// Stats are the figures of a session and its endpoints.
type Stats struct {
	RTT     time.Duration // of the path in use; 0 before one is
	Bitrate int           // bits per second that may be sent; 0 without video
	Audio   audio.Stats
	Video   video.Stats
}

// Stats are the figures now.
func (s *Session) Stats() Stats {
	var st Stats
	a, v, _ := s.endpoints()
	if a != nil {
		st.Audio = a.Stats()
	}
	if v != nil {
		st.Video = v.Stats()
		st.Bitrate = s.rate.GetTargetBitrate()
	}
	if !s.hasPath() {
		return st
	}
	if pair, ok := s.ice().GetSelectedCandidatePairStats(); ok {
		st.RTT = time.Duration(pair.CurrentRoundTripTime * float64(time.Second))
	}
	return st
}

// hasPath tells whether a path was found once. Before, the library is still
// making its transport and must not be asked about it.
func (s *Session) hasPath() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wasUp
}

// SelectedPair tells the two ends of the path in use, as host:port, and
// whether a relay is between them. ok is false before there is one.
func (s *Session) SelectedPair() (local, remote string, relayed, ok bool) {
	if !s.hasPath() {
		return "", "", false, false
	}
	pair, err := s.ice().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return "", "", false, false
	}
	relay := pair.Local.Typ == webrtc.ICECandidateTypeRelay || pair.Remote.Typ == webrtc.ICECandidateTypeRelay
	return endOf(pair.Local), endOf(pair.Remote), relay, true
}

func endOf(c *webrtc.ICECandidate) string {
	return net.JoinHostPort(c.Address, strconv.Itoa(int(c.Port)))
}

func (s *Session) ice() *webrtc.ICETransport { return s.pc.SCTP().Transport().ICETransport() }

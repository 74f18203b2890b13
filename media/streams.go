package media

import (
	"errors"
	"io"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// readReports reads what the peer reports about one sent track: it wants a
// keyframe (PLI, FIR), or tells how much is lost. Feedback on congestion is
// taken out on the way.
func (s *Session) readReports(sender *webrtc.RTPSender, keyframe func()) {
	for {
		packets, _, err := sender.ReadRTCP()
		if s.ended(err) {
			return
		}
		for _, packet := range packets {
			switch p := packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				keyframe()
			case *rtcp.ReceiverReport:
				s.heardLoss(sender, p.Reports)
			case *rtcp.SenderReport:
				s.heardLoss(sender, p.Reports)
			}
		}
	}
}

// ended tells whether a read loop is over. Other errors come from reports that
// make no sense: the peer's fault, not worth the connection.
func (s *Session) ended(err error) bool {
	select {
	case <-s.done:
		return true
	default:
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe)
	}
}

func (s *Session) heardLoss(sender *webrtc.RTPSender, reports []rtcp.ReceptionReport) {
	track := sender.Track()
	if track == nil || track.Kind() != webrtc.RTPCodecTypeAudio {
		return
	}
	encodings := sender.GetParameters().Encodings
	for _, r := range reports {
		if len(encodings) > 0 && r.SSRC == uint32(encodings[0].SSRC) {
			if a, _, speaking := s.endpoints(); speaking {
				a.SetPeerLoss(float64(r.FractionLost) / 256)
			}
		}
	}
}

// receive is called by the library when a first packet of a track has come.
// The track is read by a goroutine that waits for Up (P23).
func (s *Session) receive(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	s.goStream(func() {
		for { // the library handles sender reports as they are read
			if _, _, err := receiver.ReadRTCP(); s.ended(err) {
				return
			}
		}
	})
	s.goStream(func() {
		select {
		case <-s.up:
		case <-s.done:
			return
		}
		if s.waste(track) {
			s.play(track)
		}
	})
}

// waste throws away what comes before somebody listens, so that it is not
// played later (P10). It returns false where the track ended.
func (s *Session) waste(track *webrtc.TrackRemote) bool {
	packet := make([]byte, receiveMTU)
	for {
		select {
		case <-s.heard:
			return true
		default:
		}
		if _, _, err := track.Read(packet); s.ended(err) {
			return false
		}
	}
}

// receiveMTU is more than a packet of a call has.
const receiveMTU = 1600

// play hands one track to its endpoint until it ends. A stream that fails
// ends with the connection, which tells of it.
func (s *Session) play(track *webrtc.TrackRemote) {
	a, v, _ := s.endpoints()
	switch {
	case track.Kind() == webrtc.RTPCodecTypeAudio:
		_ = a.Receive(track)
	case v != nil:
		_ = v.Receive(track, func() { s.askKeyframe(uint32(track.SSRC())) })
	}
}

func (s *Session) askKeyframe(ssrc uint32) {
	_ = s.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}) // asked again if it does not arrive
}

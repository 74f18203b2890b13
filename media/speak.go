package media

import (
	"time"

	"github.com/pion/webrtc/v4"

	"paravent/media/audio"
	"paravent/media/video"
)

// outlet is one line's way out. While the session does not speak, a track that
// nobody writes to stands in it: it can be replaced without a new description.
type outlet struct {
	sender  *webrtc.RTPSender
	silence webrtc.TrackLocal
}

func newOutlet(pc *webrtc.PeerConnection, kind webrtc.RTPCodecType) (outlet, error) {
	t, err := pc.AddTransceiverFromKind(kind)
	if err != nil {
		return outlet{}, err
	}
	return outlet{sender: t.Sender(), silence: t.Sender().Track()}, nil
}

// Listen says where what is received goes from now on; without a video line,
// v is not used. The first call counts.
func (s *Session) Listen(a *audio.Endpoint, v *video.Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.audio != nil {
		return
	}
	s.audio = a
	if s.cfg.Pictures > 0 {
		s.video = v
	}
	close(s.heard)
}

// Speak lets the endpoints given to Listen send through this session, or no
// longer. Of the sessions that share endpoints at most one speaks: the one
// before must have been told false.
func (s *Session) Speak(on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.audio == nil || on == s.speaking:
		return nil
	}
	s.speaking = on
	sound, pictures := s.sound.silence, s.pictures.silence
	if on {
		sound = s.audio.Track()
	}
	if err := s.sound.sender.ReplaceTrack(sound); err != nil {
		return err
	}
	if s.video == nil {
		s.sendLocked()
		return nil
	}
	s.video.SetBacklog(nil)
	if on {
		pictures = s.video.Track()
		s.video.SetBacklog(s.rate.pacer.backlog)
	}
	if err := s.pictures.sender.ReplaceTrack(pictures); err != nil {
		return err
	}
	s.sendLocked()
	if on {
		s.video.ForceKeyframe() // the peer decodes a session from its beginning
	}
	return nil
}

// sendLocked lets the endpoints send once the connection was up, unless held.
// A connection that is down may come back without notice: they go on sending.
func (s *Session) sendLocked() {
	if !s.wasUp || s.closed || !s.speaking {
		return
	}
	s.audio.SetSending(true)
	s.audio.SetHeld(s.held)
	if s.video != nil {
		s.video.SetSending(!s.held)
	}
}

// SetHeld stops pictures, sends silence and plays silence; false resumes with a keyframe.
func (s *Session) SetHeld(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = on
	s.sendLocked()
}

// endpoints are the two as far as known.
func (s *Session) endpoints() (a *audio.Endpoint, v *video.Endpoint, speaking bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.audio, s.video, s.speaking
}

func (s *Session) forceKeyframe() {
	if _, v, speaking := s.endpoints(); speaking {
		v.ForceKeyframe()
	}
}

// steer gives the encoder the bitrate that the network allows, while this
// session speaks.
func (s *Session) steer() {
	ticker := time.NewTicker(2 * feedbackInterval)
	defer ticker.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-ticker.C:
		}
		_, v, speaking := s.endpoints()
		if !speaking {
			continue
		}
		s.rate.want(v.AmpleBitrate() + soundBitrate)
		target := s.rate.GetTargetBitrate()
		s.rate.pacer.setRate(target)
		v.SetBitrate(target - soundBitrate)
	}
}

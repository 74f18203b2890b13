package media

import (
	"fmt"

	"github.com/pion/webrtc/v4"
)

// Offer makes a description for the peer, and starts to look for candidates.
// restart asks for new ones (the network has changed).
func (s *Session) Offer(restart bool) (string, error) {
	if !s.cfg.Offerer {
		return "", ErrRole
	}
	offer, err := s.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	if err := s.pc.SetLocalDescription(offer); err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	return offer.SDP, nil
}

// Answer takes the peer's offer and makes the description in return. Sockets open here.
func (s *Session) Answer(offer string) (string, error) {
	if s.cfg.Offerer {
		return "", ErrRole
	}
	if err := s.setRemote(webrtc.SDPTypeOffer, offer); err != nil {
		return "", err
	}
	answer, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSDP, err)
	}
	if err := s.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("answer: %w", err)
	}
	return answer.SDP, nil
}

// Complete takes the peer's answer.
func (s *Session) Complete(answer string) error {
	if !s.cfg.Offerer {
		return ErrRole
	}
	return s.setRemote(webrtc.SDPTypeAnswer, answer)
}

func (s *Session) setRemote(kind webrtc.SDPType, description string) error {
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: kind, SDP: description}); err != nil {
		return fmt.Errorf("%w: %w", ErrSDP, err)
	}
	s.mu.Lock()
	pending := s.pending
	s.pending, s.remote = nil, true
	s.mu.Unlock()
	for _, c := range pending {
		_ = s.add(c) // refused ones would have been refused alone
	}
	return nil
}

// AddCandidate takes one of the peer's candidates, before or after its description.
func (s *Session) AddCandidate(candidate string) error {
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		return ErrClosed
	case !s.remote && len(s.pending) >= maxPending:
		s.mu.Unlock()
		return fmt.Errorf("%w: more than %d before the description", ErrCandidate, maxPending)
	case !s.remote:
		s.pending = append(s.pending, candidate)
		s.mu.Unlock()
		return nil
	}
	s.mu.Unlock()
	return s.add(candidate)
}

func (s *Session) add(candidate string) error {
	if err := s.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: candidate}); err != nil {
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
	return nil
}

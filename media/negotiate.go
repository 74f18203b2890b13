package media

import (
	"fmt"
	"strings"

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

// Renew changes the relays and their credentials for the next restart, of
// which the first Offer or Answer after it is part.
func (s *Session) Renew(servers []webrtc.ICEServer) error {
	err := s.pc.SetConfiguration(webrtc.Configuration{
		ICEServers: servers, ICETransportPolicy: s.cfg.Peer.ICETransportPolicy,
	})
	if err != nil {
		return fmt.Errorf("renew relays: %w", err)
	}
	return nil
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
	s.pending, s.remote = nil, description
	s.mu.Unlock()
	for _, c := range pending {
		if fits(c, description) {
			_ = s.add(c) // refused ones would have been refused alone
		}
	}
	return nil
}

// AddCandidate takes one of the peer's candidates. One that comes before the
// description it belongs to waits for it, also when that is a restart's.
func (s *Session) AddCandidate(candidate string) error {
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		return ErrClosed
	case fits(candidate, s.remote):
		s.mu.Unlock()
		return s.add(candidate)
	case len(s.pending) >= maxPending:
		s.mu.Unlock()
		return fmt.Errorf("%w: more than %d before the description", ErrCandidate, maxPending)
	}
	s.pending = append(s.pending, candidate)
	s.mu.Unlock()
	return nil
}

// fits tells whether a candidate belongs to a description: the one whose name
// (ufrag) it carries, or any where it carries none.
func fits(candidate, description string) bool {
	_, name, named := strings.Cut(candidate, " ufrag ")
	if !named || description == "" {
		return description != ""
	}
	name, _, _ = strings.Cut(name, " ")
	return strings.Contains(description, "a=ice-ufrag:"+name+"\r\n") || strings.Contains(description, "a=ice-ufrag:"+name+"\n")
}

func (s *Session) add(candidate string) error {
	if err := s.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: candidate}); err != nil {
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
	return nil
}

package media

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"paravent/media/audio"
	"paravent/media/video"
)

// Errors of this package. Others wrap the library's.
var (
	ErrClosed    = errors.New("media session is closed")
	ErrRole      = errors.New("the other side makes the offer, or this one does: fixed at the start")
	ErrSDP       = errors.New("media description refused")
	ErrCandidate = errors.New("candidate refused")
	ErrSlowClose = errors.New("media session did not close in time; the rest closes in the background")
)

// State is how the connection is. It may go to and fro until Closed.
//
//	Connecting -> Up <-> Down -> Failed
//	Failed and Down come back to Up by an ICE restart
type State uint8

// The states of a session.
const (
	Connecting State = iota
	Up               // ICE and DTLS are through, the fingerprint is the one from the SDP
	Down             // nothing has been heard for some seconds
	Failed           // given up
)

// String is the state's name.
func (s State) String() string {
	switch s {
	case Connecting:
		return "connecting"
	case Up:
		return "up"
	case Down:
		return "down"
	case Failed:
		return "failed"
	}
	return fmt.Sprintf("unknown-%d", s)
}

// closeTime is how long Close may take, even on a dead network.
const closeTime = time.Second

// maxPending bounds the candidates kept until the description they belong to is there.
const maxPending = 64

// Config says what a Session is made of.
type Config struct {
	Engine   webrtc.SettingEngine // from route: which sockets, relays, filters
	Peer     webrtc.Configuration
	Pictures int  // most bits per second for pictures; 0: no video line, on which both sides must agree before
	Offerer  bool // this side makes all offers, the other only answers
	// OnCandidate gets "candidate:..." lines as they are found, and "" after the last; OnState the state
	// when it changes. Both come from goroutines of the library and must only post.
	OnCandidate func(candidate string)
	OnState     func(State)
}

// Session is one PeerConnection. It is made deaf and dumb: what is received
// is thrown away before Listen, and before Speak nothing is sent, so that it
// can be ready before a person accepts (P10). What is received before Up is
// not played. Several may share a pair of endpoints; one of them speaks.
type Session struct {
	cfg      Config // set at construction, as are the next ones
	pc       *webrtc.PeerConnection
	rate     *estimator // nil without video
	sound    outlet
	pictures outlet // empty without video
	up       chan struct{}
	heard    chan struct{} // closed by Listen
	done     chan struct{}

	streams sync.WaitGroup // goroutines that read from the connection

	mu       sync.Mutex      // guards the rest
	audio    *audio.Endpoint // nil before Listen
	video    *video.Endpoint // nil before Listen, and without video
	speaking bool
	state    State
	wasUp    bool
	held     bool
	closed   bool
	remote   string   // the peer's description; "" before there is one
	pending  []string // candidates that came before theirs
}

// Open makes the connection. It opens no socket before Offer or Answer.
func Open(cfg Config) (*Session, error) {
	api, rate, err := newAPI(cfg.Engine, cfg.Pictures > 0, cfg.Pictures+soundBitrate)
	if err != nil {
		return nil, err
	}
	cfg.Peer.BundlePolicy = webrtc.BundlePolicyMaxBundle
	pc, err := api.NewPeerConnection(cfg.Peer)
	if err != nil {
		if rate != nil {
			_ = rate.Close() // ends its goroutine
		}
		return nil, fmt.Errorf("new connection: %w", err)
	}
	s := &Session{cfg: cfg, pc: pc, rate: rate, up: make(chan struct{}), heard: make(chan struct{}), done: make(chan struct{})}
	if err := s.lines(); err != nil {
		_ = pc.Close()
		return nil, err
	}
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		switch {
		case cfg.OnCandidate == nil:
		case c == nil:
			cfg.OnCandidate("")
		default:
			cfg.OnCandidate(c.ToJSON().Candidate)
		}
	})
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { s.follow() })
	pc.OnTrack(s.receive)
	return s, nil
}

// lines adds the lines of the description, sound first.
func (s *Session) lines() (err error) {
	if s.sound, err = newOutlet(s.pc, webrtc.RTPCodecTypeAudio); err != nil {
		return fmt.Errorf("add sound: %w", err)
	}
	s.goStream(func() { s.readReports(s.sound.sender, func() {}) })
	if s.cfg.Pictures == 0 {
		return nil
	}
	if s.pictures, err = newOutlet(s.pc, webrtc.RTPCodecTypeVideo); err != nil {
		return fmt.Errorf("add pictures: %w", err)
	}
	s.goStream(func() { s.readReports(s.pictures.sender, s.forceKeyframe) })
	return nil
}

// goStream runs f as one of the goroutines that Close waits for, unless closed.
func (s *Session) goStream(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.streams.Go(f)
	}
}

// follow reads the connection's state, because the library's callbacks may
// overtake each other, and acts on a change.
func (s *Session) follow() {
	s.mu.Lock()
	now := s.pc.ConnectionState()
	next, known := stateOf(now)
	if now == webrtc.PeerConnectionStateClosed && !s.wasUp {
		// The handshake failed, and the library went on to close before this
		// was read. After Up it means that the peer has closed, which it tells.
		next, known = Failed, true
	}
	if s.closed || !known || next == s.state {
		s.mu.Unlock()
		return
	}
	s.state = next
	first := next == Up && !s.wasUp
	s.wasUp = s.wasUp || first
	if first {
		close(s.up)
		if s.rate != nil {
			s.streams.Go(s.steer)
		}
	}
	s.sendLocked()
	s.mu.Unlock()
	if s.cfg.OnState != nil {
		s.cfg.OnState(next)
	}
}

func stateOf(state webrtc.PeerConnectionState) (State, bool) {
	switch state {
	case webrtc.PeerConnectionStateNew, webrtc.PeerConnectionStateConnecting:
		return Connecting, true
	case webrtc.PeerConnectionStateConnected:
		return Up, true
	case webrtc.PeerConnectionStateDisconnected:
		return Down, true
	case webrtc.PeerConnectionStateFailed:
		return Failed, true
	case webrtc.PeerConnectionStateClosed, webrtc.PeerConnectionStateUnknown:
	}
	return Connecting, false
}

// Close ends the connection and its goroutines; the endpoints stay as they
// are, but no longer reach the peer. It returns within a second: ErrSlowClose
// means that the library still hangs, and is left to itself.
func (s *Session) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	if s.speaking && s.video != nil {
		s.video.SetBacklog(nil)
	}
	s.mu.Unlock()
	finished := make(chan error, 1)
	go func() {
		err := s.pc.Close()
		s.streams.Wait()
		finished <- err
	}()
	select {
	case err := <-finished:
		return err
	case <-time.After(closeTime):
		return ErrSlowClose
	}
}

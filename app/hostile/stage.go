package hostile

import (
	"context"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/phone"
	"paravent/server/wire"
)

// stageLimit bounds what one step of a call's media may take.
const stageLimit = 5 * time.Second

// maxJobs is more than a call ever has waiting.
const maxJobs = 256

// stage is the call's Media port: no microphone, no gate, no plan; a station
// for each call, and descriptions as the script wants them.
type stage struct {
	p      *Peer
	ctx    context.Context //nolint:containedctx // ends every step when the peer closes
	cancel context.CancelFunc
	jobs   chan func()
	done   chan struct{}
	racing sync.WaitGroup

	mu     sync.Mutex
	calls  map[phone.CallID]*act // guarded by mu
	closed map[phone.CallID]bool // guarded by mu
	ended  []*act                // guarded by mu; their sockets still listen
}

// act is one call's media.
type act struct {
	video   bool
	grant   wire.TurnReply
	station *station
}

var _ call.Media = (*stage)(nil)

func newStage(p *Peer) *stage {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stage{p: p, ctx: ctx, cancel: cancel, jobs: make(chan func(), maxJobs), done: make(chan struct{}),
		calls: map[phone.CallID]*act{}, closed: map[phone.CallID]bool{}}
	go s.run()
	return s
}

func (s *stage) run() {
	defer close(s.done)
	for {
		select {
		case <-s.ctx.Done():
			return
		case job := <-s.jobs:
			job()
		}
	}
}

func (s *stage) do(job func()) {
	select {
	case s.jobs <- job:
	case <-s.ctx.Done():
	}
}

// act finds or makes a call's media; nil once it was closed.
func (s *stage) act(id phone.CallID) *act {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed[id] {
		return nil
	}
	if s.calls[id] == nil {
		s.calls[id] = &act{}
	}
	return s.calls[id]
}

// CheckRelay implements call.Media: a hostile peer needs none.
func (s *stage) CheckRelay(id phone.CallID) { s.do(func() { s.p.calls.RelayChecked(id, nil) }) }

// Open implements call.Media.
func (s *stage) Open(id phone.CallID, _ call.Role, video bool, _ call.Flags) {
	s.do(func() {
		if a := s.act(id); a != nil {
			a.video = video
		}
	})
}

// Offer implements call.Media.
func (s *stage) Offer(id phone.CallID, m call.Making) { s.describe(id, m, Offer, "") }

// Answer implements call.Media.
func (s *stage) Answer(id phone.CallID, m call.Making, offer string) {
	s.p.log.sdpFields(id, offer)
	s.describe(id, m, Answer, offer)
}

func (s *stage) describe(id phone.CallID, m call.Making, kind Kind, offer string) {
	s.do(func() {
		ctx, cancel := context.WithTimeout(s.ctx, stageLimit)
		defer cancel()
		sdp, err := s.build(ctx, id, m, kind, offer)
		if d := s.p.cfg.Script.Describe; err == nil && d != nil {
			sdp = d(kind, sdp)
		}
		s.p.calls.Described(id, m.Gen, sdp, err)
		for _, c := range s.p.cfg.Script.Trickle {
			s.p.calls.LocalCandidate(id, m.Gen, c) // more than the link carries at once are lost
		}
	})
}

func (s *stage) build(ctx context.Context, id phone.CallID, m call.Making, kind Kind, offer string) (string, error) {
	a := s.act(id)
	if a == nil {
		return "", phone.ErrClosed
	}
	a.video = m.Video
	if m.Route != phone.NoRoute && a.station != nil { // a session beside the first, which still listens
		s.mu.Lock()
		s.ended = append(s.ended, &act{station: a.station})
		s.mu.Unlock()
		a.station = nil
	}
	if a.station == nil {
		a.grant, _ = s.p.client.Turn(ctx) // without a relay there are still the own addresses
		st, err := openStation(ctx, s.p.log, id, a.video, a.grant, func() { s.p.calls.MediaUp(id, m.Gen, call.Proof{}) })
		if err != nil {
			return "", err
		}
		a.station = st
	}
	if kind == Offer {
		return a.station.offer(ctx)
	}
	return a.station.answer(ctx, offer)
}

// Complete implements call.Media.
func (s *stage) Complete(id phone.CallID, _ uint32, answer string) {
	s.p.log.sdpFields(id, answer)
	s.do(func() {
		if a := s.act(id); a != nil && a.station != nil {
			_ = a.station.complete(answer) // what it refuses shows in what does not come
		}
	})
}

// Candidate implements call.Media.
func (s *stage) Candidate(id phone.CallID, _ uint32, candidate string) {
	s.p.log.sdpFields(id, "a="+candidate)
	s.do(func() {
		a := s.act(id)
		if a == nil || a.station == nil {
			return
		}
		for _, to := range addressesIn(Message{Text: candidate}) {
			if s.p.cfg.Script.Race && to.Port() > 0 {
				s.racing.Go(func() { s.race(id, to, a.grant) })
			}
		}
		_ = a.station.candidate(candidate)
	})
}

// Carry implements call.Media: a station sends nothing anyway.
func (s *stage) Carry(phone.CallID, uint32) {}

// Drop implements call.Media. The sockets listen on.
func (s *stage) Drop(phone.CallID, uint32) {}

// SetLocal implements call.Media.
func (s *stage) SetLocal(phone.CallID, call.Flags) {}

// Close implements call.Media. This side sends no more, since others may get
// the addresses that it knows. Its sockets listen on until the peer closes, to
// what the other side still sends after its end.
func (s *stage) Close(id phone.CallID) {
	s.mu.Lock()
	a := s.calls[id]
	s.closed[id] = true
	if delete(s.calls, id); a != nil {
		s.ended = append(s.ended, a)
	}
	s.mu.Unlock()
	if a == nil {
		return
	}
	s.do(func() {
		if a.station != nil {
			_ = a.station.pc.Close()
		}
	})
}

// close ends all calls' media.
func (s *stage) close() {
	s.cancel()
	<-s.done
	s.racing.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.calls {
		s.ended = append(s.ended, a)
	}
	for _, a := range s.ended {
		if a.station != nil {
			a.station.close()
		}
	}
	s.calls, s.ended = map[phone.CallID]*act{}, nil
}

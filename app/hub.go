package app

import (
	"sync"

	"paravent/app/phone"
)

// hubLimit bounds what waits for a subscriber that does not return; figures
// are dropped before it, all else at it.
const hubLimit = 1024

// hub hands events to subscribers, to each in order and on a goroutine of its
// own, so that a slow window never holds up a call.
type hub struct {
	mu   sync.Mutex
	subs map[*subscriber]struct{} // guarded by mu
}

type subscriber struct {
	handle func(phone.Event)
	mu     sync.Mutex
	more   *sync.Cond
	queue  []phone.Event // guarded by mu
	closed bool          // guarded by mu
}

func newHub() *hub { return &hub{subs: map[*subscriber]struct{}{}} }

// Subscribe calls handle for every event from now on; cancel ends that. After
// cancel returns no new call of handle begins.
func (h *hub) Subscribe(handle func(phone.Event)) (cancel func()) {
	s := &subscriber{handle: handle}
	s.more = sync.NewCond(&s.mu)
	h.mu.Lock()
	h.subs[s] = struct{}{}
	h.mu.Unlock()
	go s.run()
	return func() {
		h.mu.Lock()
		delete(h.subs, s)
		h.mu.Unlock()
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		s.more.Signal()
	}
}

// emit queues e for every subscriber and returns at once.
func (h *hub) emit(e phone.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		s.post(e)
	}
}

// flush waits until every subscriber has handled what was emitted before.
func (h *hub) flush() {
	h.mu.Lock()
	waits := make([]flushed, 0, len(h.subs))
	for s := range h.subs {
		f := flushed{done: make(chan struct{})}
		waits = append(waits, f)
		s.post(f)
	}
	h.mu.Unlock()
	for _, f := range waits {
		<-f.done
	}
}

func (s *subscriber) post(e phone.Event) {
	_, isFigures := e.(phone.StatsSampled)
	s.mu.Lock()
	defer s.mu.Unlock()
	if isFigures && len(s.queue) > 0 || len(s.queue) >= hubLimit {
		if f, ok := e.(flushed); ok {
			close(f.done)
		}
		return
	}
	s.queue = append(s.queue, e)
	s.more.Signal()
}

func (s *subscriber) run() {
	for {
		s.mu.Lock()
		for len(s.queue) == 0 && !s.closed {
			s.more.Wait()
		}
		batch, closed := s.queue, s.closed
		s.queue = nil
		s.mu.Unlock()
		for _, e := range batch {
			if f, ok := e.(flushed); ok {
				close(f.done)
			} else if !closed {
				s.handle(e)
			}
		}
		if closed {
			return
		}
	}
}

// flushed travels through the queues like an event; its channel is closed once
// everything before it was handled.
type flushed struct {
	phone.Event
	done chan struct{}
}

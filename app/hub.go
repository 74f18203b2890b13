package app

import (
	"fmt"
	"sync"
	"time"

	"paravent/app/phone"
)

// hubLimit bounds what waits for a subscriber that does not return; figures
// are dropped before it, all else at it.
const hubLimit = 1024

// errEventsLost is a notice: the subscriber was too slow.
var errEventsLost = phone.NewFault("events-lost")

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
	lost   int           // guarded by mu; events dropped since the last word about it
	closed bool          // guarded by mu
}

func newHub() *hub { return &hub{subs: map[*subscriber]struct{}{}} }

// Subscribe calls handle for every event from now on; cancel ends that, but
// for a call of handle that has begun.
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

// flushLimit bounds how long a subscriber that hangs can hold up Close.
const flushLimit = 2 * time.Second

// flush waits until every subscriber has handled what was emitted before, or
// the limit has passed.
func (h *hub) flush(limit time.Duration) {
	h.mu.Lock()
	waits := make([]flushed, 0, len(h.subs))
	for s := range h.subs {
		f := flushed{done: make(chan struct{})}
		waits = append(waits, f)
		s.post(f)
	}
	h.mu.Unlock()
	late := time.After(limit)
	for _, f := range waits {
		select {
		case <-f.done:
		case <-late:
			return
		}
	}
}

func (s *subscriber) post(e phone.Event) {
	_, isFigures := e.(phone.StatsSampled)
	_, isFlush := e.(flushed)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case isFigures && len(s.queue) > 0: // newer ones come
		return
	case len(s.queue) >= hubLimit && !isFlush:
		s.lost++
		return
	}
	s.queue = append(s.queue, e)
	s.more.Signal()
}

func (s *subscriber) run() {
	for {
		batch, lost := s.take()
		if batch == nil {
			return
		}
		for _, e := range batch {
			if f, ok := e.(flushed); ok {
				close(f.done)
			} else if s.live() {
				s.handle(e)
			}
		}
		if lost > 0 && s.live() {
			s.handle(phone.Notice{Err: fmt.Errorf("%w: %d", errEventsLost, lost), Passing: true})
		}
	}
}

// take waits for events; nil says that the subscriber is gone and nothing waits.
func (s *subscriber) take() (batch []phone.Event, lost int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) == 0 && !s.closed {
		s.more.Wait()
	}
	batch, lost = s.queue, s.lost
	s.queue, s.lost = nil, 0
	return batch, lost
}

func (s *subscriber) live() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closed
}

// flushed travels through the queues like an event; its channel is closed once
// everything before it was handled.
type flushed struct {
	phone.Event
	done chan struct{}
}

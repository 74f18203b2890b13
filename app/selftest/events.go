package selftest

import (
	"context"
	"sync"

	"paravent/app/phone"
)

// events are what the phone under test told.
type events struct {
	mu   sync.Mutex
	seen []phone.Event // guarded by mu
	more chan struct{} // guarded by mu; closed and made anew at every event
}

func newEvents() *events { return &events{more: make(chan struct{})} }

func (e *events) add(ev phone.Event) {
	if _, noise := ev.(phone.StatsSampled); noise {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen = append(e.seen, ev)
	close(e.more)
	e.more = make(chan struct{})
}

// await returns the first event, told or to come, for which match holds.
func await[E phone.Event](ctx context.Context, e *events, match func(E) bool) (found E, err error) {
	for from := 0; ; {
		e.mu.Lock()
		for ; from < len(e.seen); from++ {
			if ev, ok := e.seen[from].(E); ok && match(ev) {
				e.mu.Unlock()
				return ev, nil
			}
		}
		more := e.more
		e.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return found, ctx.Err()
		}
	}
}

// count counts the events for which match holds.
func count[E phone.Event](e *events, match func(E) bool) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, ev := range e.seen {
		if ev, ok := ev.(E); ok && match(ev) {
			n++
		}
	}
	return n
}

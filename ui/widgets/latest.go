package widgets

import (
	"sync"

	"fyne.io/fyne/v2"
)

// Latest carries the newest of many values to the drawing goroutine, which
// then sees at most one of them a round. Fyne's own queue has no bound.
type Latest[T any] struct {
	show func(T)

	mu     sync.Mutex
	value  T
	queued bool
}

// NewLatest calls show on the drawing goroutine.
func NewLatest[T any](show func(T)) *Latest[T] { return &Latest[T]{show: show} }

// Put takes a value from any goroutine and never blocks on drawing.
func (l *Latest[T]) Put(value T) {
	l.mu.Lock()
	l.value = value
	queued := l.queued
	l.queued = true
	l.mu.Unlock()
	if !queued {
		fyne.Do(l.drain)
	}
}

func (l *Latest[T]) drain() {
	l.mu.Lock()
	value := l.value
	l.queued = false
	l.mu.Unlock()
	l.show(value)
}

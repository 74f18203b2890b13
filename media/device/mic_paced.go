package device

import (
	"io"
	"math"
	"sync"
	"time"

	"paravent/media/wav"
)

// pacedSource hands out generated chunks at the pace of a real device.
type pacedSource struct {
	next   func(chunk []int16) // fills a zeroed chunk
	pace   *pacer
	done   chan struct{}
	closer sync.Once
}

func newPacedSource(next func(chunk []int16)) *pacedSource {
	return &pacedSource{next: next, pace: newPacer(), done: make(chan struct{})}
}

func (s *pacedSource) read() ([]int16, error) {
	if !s.pace.wait(s.done) {
		return nil, io.EOF
	}
	chunk := make([]int16, Chunk)
	s.next(chunk)
	return chunk, nil
}

func (s *pacedSource) close() { s.closer.Do(func() { close(s.done) }) }

// tone makes a sine at -12 dBFS.
func tone(hz float64) func([]int16) {
	const amplitude = 8192
	n := 0
	return func(chunk []int16) {
		for i := range chunk {
			chunk[i] = int16(amplitude * math.Sin(2*math.Pi*math.Mod(hz*float64(n)/Rate, 1)))
			n++
		}
	}
}

func openFileSource(path string) (source, error) {
	clip, err := wav.Load(path)
	if err != nil {
		return nil, err
	}
	at := 0
	return newPacedSource(func(chunk []int16) {
		for filled := 0; filled < len(chunk); {
			n := copy(chunk[filled:], clip[at:])
			filled += n
			at = (at + n) % len(clip)
		}
	}), nil
}

// pacer beats once every Period by the clock, without drifting. After a stall
// longer than a second it starts afresh instead of catching up.
type pacer struct {
	next  time.Time
	timer *time.Timer
}

func newPacer() *pacer {
	return &pacer{next: time.Now(), timer: time.NewTimer(time.Hour)}
}

// wait blocks until the next beat; false when done is closed.
func (p *pacer) wait(done <-chan struct{}) bool {
	p.next = p.next.Add(Period)
	delay := time.Until(p.next)
	if delay < -time.Second {
		p.next, delay = time.Now(), 0
	}
	p.timer.Reset(max(0, delay))
	select {
	case <-done:
		p.timer.Stop()
		return false
	case <-p.timer.C:
	}
	select {
	case <-done:
		return false
	default:
		return true
	}
}

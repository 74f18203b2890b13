package audio

import (
	"sync"

	"paravent/media/device"
)

// reference hands what was played over to the echo canceller, chunk by chunk.
// The speaker's thread writes, the capture goroutine reads.
type reference struct {
	mu      sync.Mutex
	samples [3 * device.Chunk]int16 // older than the echo itself would be useless
	filled  int
}

// played adds sound. When nobody reads, the oldest is forgotten.
func (r *reference) played(x []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(x) > len(r.samples) {
		x = x[len(x)-len(r.samples):]
	}
	if over := r.filled + len(x) - len(r.samples); over > 0 {
		copy(r.samples[:], r.samples[over:r.filled])
		r.filled -= over
	}
	r.filled += copy(r.samples[r.filled:], x)
}

// next takes the oldest chunk; silence when there is none.
func (r *reference) next(chunk []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.filled < len(chunk) {
		clear(chunk)
		return
	}
	copy(chunk, r.samples[:])
	r.filled = copy(r.samples[:], r.samples[len(chunk):r.filled])
}

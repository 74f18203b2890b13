package server

import (
	"sync"

	"golang.org/x/time/rate"
)

// quotas counts live relay allocations by owner and holds each owner's rates.
// Any goroutine may use it.
type quotas struct {
	limits Limits
	mu     sync.Mutex
	total  int
	owners map[string]*share
}

// share is what one owner uses. Its limiters are safe for any goroutine.
type share struct {
	allocations int // guarded by quotas.mu
	out, in     *rate.Limiter
}

func newQuotas(limits Limits) *quotas { return &quotas{limits: limits, owners: map[string]*share{}} }

// room says whether the owner may have one more allocation.
func (q *quotas) room(owner string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.roomLocked(owner)
}

func (q *quotas) roomLocked(owner string) bool {
	s := q.owners[owner]
	return q.total < q.limits.Allocations && (s == nil || s.allocations < q.limits.AllocsPerPhone)
}

// acquire takes one; who got it gives it back with release.
func (q *quotas) acquire(owner string) (*share, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.roomLocked(owner) {
		return nil, false
	}
	s := q.owners[owner]
	if s == nil {
		bytes := q.limits.RelayBytes
		burst := max(bytes/4, 64<<10) // a keyframe is not cut
		s = &share{out: rate.NewLimiter(rate.Limit(bytes), burst), in: rate.NewLimiter(rate.Limit(bytes), burst)}
		q.owners[owner] = s
	}
	s.allocations++
	q.total++
	return s, true
}

func (q *quotas) release(owner string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.total--
	if s := q.owners[owner]; s != nil {
		if s.allocations--; s.allocations == 0 {
			delete(q.owners, owner)
		}
	}
}

func (q *quotas) live() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.total
}

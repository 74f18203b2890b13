package server

import (
	"net/netip"
	"sync"
	"time"
)

// maxBuckets bounds a limiter's memory. Past it, keys whose bucket is full
// again are forgotten; if none is, newcomers share one bucket.
const maxBuckets = 50_000

// limiter gives each key a token bucket. Any goroutine may use it.
type limiter struct {
	rate, burst float64
	now         func() time.Time
	mu          sync.Mutex
	buckets     map[string]*bucket
	shared      bucket // of newcomers while the table is full
	swept       time.Time
}

type bucket struct {
	tokens float64
	last   time.Time
}

func newLimiter(perSecond, burst float64) *limiter {
	return &limiter{rate: perSecond, burst: burst, now: time.Now, buckets: map[string]*bucket{},
		shared: bucket{tokens: burst, last: time.Now()}}
}

// allow takes a token of the key, if there is one.
func (l *limiter) allow(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.bucketLocked(key, now)
	b.tokens = min(l.burst, b.tokens+now.Sub(b.last).Seconds()*l.rate)
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (l *limiter) bucketLocked(key string, now time.Time) *bucket {
	if b := l.buckets[key]; b != nil {
		return b
	}
	if len(l.buckets) >= maxBuckets && now.Sub(l.swept) > time.Second {
		l.swept = now
		l.forgetFullLocked(now)
	}
	if len(l.buckets) >= maxBuckets {
		return &l.shared
	}
	b := &bucket{tokens: l.burst, last: now}
	l.buckets[key] = b
	return b
}

func (l *limiter) forgetFullLocked(now time.Time) {
	for k, b := range l.buckets {
		if b.tokens+now.Sub(b.last).Seconds()*l.rate >= l.burst {
			delete(l.buckets, k)
		}
	}
}

// networkOf is what counts as one household: an IPv4 address or an IPv6 /64.
func networkOf(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // cannot fail: bits fits the family
	return p
}

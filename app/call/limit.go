package call

import (
	"time"

	"paravent/app/phone"
)

// RingLimits bound how often it may ring (P15): buckets that hold Burst rings
// and win one back every interval. A caller over the limit gets silence.
type RingLimits struct {
	CallerBurst, Burst int           // 0: 6 per caller, 20 in all
	CallerEvery, Every time.Duration // 0: 10 s per caller, 2 s in all
}

// strangerLimits are their own, so that strangers whom the settings let ring
// cannot use up the rings of friends: three of one caller, then one a minute;
// twelve of all, then one every ten seconds.
var strangerLimits = RingLimits{CallerBurst: 3, Burst: 12, CallerEvery: time.Minute, Every: 10 * time.Second}

// recordLimits are their own, so that strangers cannot use up the rings of
// friends. A mailbox holds 20 kept calls.
var recordLimits = RingLimits{CallerBurst: 20, Burst: 60, CallerEvery: 30 * time.Second, Every: 5 * time.Second}

// knockLimits bound what is left at the door: three of one caller, then one an
// hour; thirty of all, then one every two minutes.
var knockLimits = RingLimits{CallerBurst: 3, Burst: 30, CallerEvery: time.Hour, Every: 2 * time.Minute}

// maxCallers bounds the callers remembered; full buckets need no memory.
const maxCallers = 256

type bucket struct {
	level float64
	at    time.Time
}

func (b bucket) refilled(now time.Time, burst int, every time.Duration) bucket {
	won := float64(max(0, now.Sub(b.at))) / float64(every)
	return bucket{min(float64(burst), b.level+won), now}
}

// ringLimiter is told the time. Guarded by Manager.mu.
type ringLimiter struct {
	limits  RingLimits
	all     bucket
	callers map[PeerID]bucket
}

func newRingLimiter(l RingLimits) ringLimiter {
	orInt := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	orDuration := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	orInt(&l.CallerBurst, 6)
	orInt(&l.Burst, 20)
	orDuration(&l.CallerEvery, 10*time.Second)
	orDuration(&l.Every, 2*time.Second)
	return ringLimiter{limits: l, all: bucket{level: float64(l.Burst)}, callers: map[PeerID]bucket{}}
}

// take spends one ring of this caller and of all, or nothing and reports false.
func (r *ringLimiter) take(from PeerID, now time.Time) bool {
	l := r.limits
	all := r.all.refilled(now, l.Burst, l.Every)
	one, known := r.callers[from]
	if !known {
		one = bucket{level: float64(l.CallerBurst), at: now}
	}
	one = one.refilled(now, l.CallerBurst, l.CallerEvery)
	if all.level < 1 || one.level < 1 || !known && !r.room(now) {
		return false
	}
	all.level--
	one.level--
	r.all, r.callers[from] = all, one
	return true
}

// room forgets callers whose buckets are full again when there are too many.
func (r *ringLimiter) room(now time.Time) bool {
	if len(r.callers) < maxCallers {
		return true
	}
	for id, b := range r.callers {
		if b.refilled(now, r.limits.CallerBurst, r.limits.CallerEvery).level >= float64(r.limits.CallerBurst) {
			delete(r.callers, id)
		}
	}
	return len(r.callers) < maxCallers
}

// past remembers proposals that were dealt with, so that a late copy neither
// rings nor counts again. It holds the newest pastLen. Guarded by Manager.mu.
type past struct {
	known map[pastKey]struct{}
	ring  []pastKey
	at    int
}

const pastLen = 1024

type pastKey struct {
	from PeerID
	id   phone.CallID
}

func (p *past) has(from PeerID, id phone.CallID) bool {
	_, ok := p.known[pastKey{from, id}]
	return ok
}

func (p *past) add(from PeerID, id phone.CallID) {
	k := pastKey{from, id}
	if p.has(from, id) {
		return
	}
	if p.known == nil {
		p.known = map[pastKey]struct{}{}
	}
	p.known[k] = struct{}{}
	if len(p.ring) < pastLen {
		p.ring = append(p.ring, k)
		return
	}
	delete(p.known, p.ring[p.at])
	p.ring[p.at] = k
	p.at = (p.at + 1) % pastLen
}

package server

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// doorkeeper limits connections in all, from one household, and how fast one
// may open them. Any goroutine may use it.
type doorkeeper struct {
	limits  Limits
	pace    *limiter
	refused atomic.Int64

	mu    sync.Mutex
	total int
	homes map[netip.Prefix]int
}

func newDoorkeeper(limits Limits) *doorkeeper {
	return &doorkeeper{limits: limits, pace: newLimiter(limits.ConnRate, 5*limits.ConnRate), homes: map[netip.Prefix]int{}}
}

// admit takes a place; who got one gives it back with leave.
func (d *doorkeeper) admit(from netip.Addr) bool {
	home := networkOf(from)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.total >= d.limits.Conns || d.homes[home] >= d.limits.ConnsPerIP || !d.pace.allow(home.String()) {
		d.refused.Add(1)
		return false
	}
	d.total++
	d.homes[home]++
	return true
}

func (d *doorkeeper) leave(from netip.Addr) {
	home := networkOf(from)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.total--
	if d.homes[home]--; d.homes[home] <= 0 {
		delete(d.homes, home)
	}
}

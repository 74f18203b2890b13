package courier

import (
	"context"
	"time"
)

// flushPoll is how often Flush looks; it is used only while a phone closes.
const flushPoll = 5 * time.Millisecond

// Flush waits until everything that was queued has been handed over or given
// up, or ctx ends.
func (c *Courier) Flush(ctx context.Context) {
	tick := time.NewTicker(flushPoll)
	defer tick.Stop()
	for c.sending() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *Courier) sending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.calls {
		if v.draining {
			return true
		}
	}
	return false
}

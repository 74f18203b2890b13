package courier

import (
	"time"

	"paravent/app/phone"
)

// endedCalls remembers the last maxEnded calls that ended, so that a knock
// that arrives late does not make one again.
type endedCalls struct {
	known map[phone.CallID]struct{}
	order []phone.CallID // oldest first, a ring once it is full
	next  int
}

func newEndedCalls() endedCalls { return endedCalls{known: map[phone.CallID]struct{}{}} }

func (e *endedCalls) add(id phone.CallID) {
	if e.has(id) {
		return
	}
	if len(e.order) < maxEnded {
		e.order = append(e.order, id)
	} else {
		delete(e.known, e.order[e.next])
		e.order[e.next] = id
		e.next = (e.next + 1) % maxEnded
	}
	e.known[id] = struct{}{}
}

func (e *endedCalls) has(id phone.CallID) bool {
	_, ok := e.known[id]
	return ok
}

// problemLog tells which faults were reported lately. Fault codes are few, so
// it stays small.
type problemLog map[string]time.Time

const problemEvery = time.Minute

func (p problemLog) tell(code string, now time.Time) bool {
	last, ok := p[code]
	if ok && now.Sub(last) < problemEvery && !now.Before(last) {
		return false
	}
	p[code] = now
	return true
}

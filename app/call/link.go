package call

import (
	"slices"
	"time"
)

// Limits of a link.
const (
	rtoFirst   = 500 * time.Millisecond
	rtoMax     = 4 * time.Second
	maxEarly   = 64  // frames held until the ones before them arrive
	maxUnacked = 256 // messages not yet acknowledged
	maxResend  = 16  // frames repeated at once
)

// link makes a lossy, reordering, duplicating path reliable and ordered for
// one call: numbers, cumulative acknowledgements, repetition after 0.5 s,
// doubling up to 4 s. Last words (see message.last) overtake: sending them
// drops what was not acknowledged, receiving them skips what is missing.
// It does no input or output and is told the time. Guarded by Manager.mu.
type link struct {
	txNext  uint32
	unacked []frame
	rto     time.Duration
	due     time.Time // next repetition; meaningful while unacked is not empty
	rxNext  uint32
	early   []frame
	peerAt  time.Time // newest time that the other side's own clock showed
}

// send numbers m. It reports false when too much is unacknowledged.
func (l *link) send(m message, now time.Time) (frame, bool) {
	if m.last() {
		l.unacked = nil
	}
	if len(l.unacked) >= maxUnacked {
		return frame{}, false
	}
	f := frame{seq: l.txNext, ack: l.rxNext, at: now, msg: m}
	l.txNext++
	if len(l.unacked) == 0 {
		l.rto, l.due = rtoFirst, now.Add(rtoFirst)
	}
	l.unacked = append(l.unacked, f)
	return f, true
}

// receive takes a frame and returns the messages that are now in order.
func (l *link) receive(f frame, now time.Time) []message {
	if f.at.After(l.peerAt) {
		l.peerAt = f.at
	}
	l.acked(f.ack, now)
	switch {
	case f.msg.kind == kindAck || f.seq < l.rxNext:
		return nil
	case f.msg.last():
		l.rxNext, l.early = f.seq+1, nil
		return []message{f.msg}
	case f.seq > l.rxNext:
		l.hold(f)
		return nil
	}
	ready := []message{f.msg}
	l.rxNext++
	for i := l.find(l.rxNext); i >= 0; i = l.find(l.rxNext) {
		ready = append(ready, l.early[i].msg)
		l.early = slices.Delete(l.early, i, i+1)
		l.rxNext++
	}
	return ready
}

func (l *link) acked(ack uint32, now time.Time) {
	n := 0
	for n < len(l.unacked) && l.unacked[n].seq < ack {
		n++
	}
	if n > 0 {
		l.unacked = slices.Delete(l.unacked, 0, n)
		l.rto, l.due = rtoFirst, now.Add(rtoFirst)
	}
}

func (l *link) hold(f frame) {
	if len(l.early) < maxEarly && l.find(f.seq) < 0 {
		l.early = append(l.early, f)
	}
}

func (l *link) find(seq uint32) int {
	return slices.IndexFunc(l.early, func(f frame) bool { return f.seq == seq })
}

// tick returns what must be repeated now.
func (l *link) tick(now time.Time) []frame {
	if len(l.unacked) == 0 || now.Before(l.due) {
		return nil
	}
	again := slices.Clone(l.unacked[:min(maxResend, len(l.unacked))])
	for i := range again {
		again[i].ack, again[i].at = l.rxNext, now
	}
	l.rto = min(2*l.rto, rtoMax)
	l.due = now.Add(l.rto)
	return again
}

// ack is a frame that only acknowledges.
func (l *link) ack(now time.Time) frame {
	return frame{ack: l.rxNext, at: now, msg: message{kind: kindAck}}
}

// close stops repeating everything but last words.
func (l *link) close() {
	l.unacked = slices.DeleteFunc(l.unacked, func(f frame) bool { return !f.msg.last() })
	l.early = nil
}

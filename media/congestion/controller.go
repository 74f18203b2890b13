// Package congestion finds out how much may be sent: from the peer's
// transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions) it
// sees how long packets wait in the network and how many are lost.
//
//	sent packets -> History <- feedback from the peer
//	                  | packets with both times
//	                  v
//	              Controller -> bits per second
//
// It follows GCC (draft-ietf-rmcat-gcc): back off to what is really received
// when the delay grows, or by half the loss. What differs: the delay is the
// smallest of a tenth of a second against the smallest of ten seconds. Packets
// that a busy computer handled late do not count then, whereas pion's gcc, which
// looks at every difference, took them for a full network and fell to a tenth
// on an idle loopback; and it starts in two seconds instead of twenty.
//
// Values hold no locks and know no clock: use each from one goroutine at a time.
package congestion

import (
	"math"
	"time"
)

// Packet is one packet of which the peer has told. Only differences of Sent
// and of Arrived mean something: the clocks are two.
type Packet struct {
	Sent, Arrived time.Duration
	Size          int // bytes
}

const (
	round     = 100 * time.Millisecond // of feedback that one decision is made from
	minCount  = 5                      // packets in a round
	baseSpan  = 10                     // rounds of baseStep over which the smallest delay is remembered
	baseStep  = time.Second
	crowded   = 30 * time.Millisecond  // of waiting in the network, twice in a row: back off
	jammed    = 150 * time.Millisecond // of waiting: back off even if it was seen only once
	calm      = 15 * time.Millisecond  // less than this: there is room
	backOff   = 0.85
	growEvery = 200 * time.Millisecond
	settle    = 400 * time.Millisecond // between two steps down
	silence   = time.Second            // without feedback: the network may be gone

	growStart  = 1.25 // per growEvery, before a limit was ever seen
	growAgain  = 1.08 // below the last limit
	growIdle   = 1.02 // while less is sent than allowed, which proves little
	growNear   = 10_000
	nearLimit  = 0.9
	forgetting = 30 * time.Second // of the last limit

	// What was not tried is not known: the target grows to this much more than
	// what arrived, as in libwebrtc, or to what the application asks for.
	untried      = 1.5
	untriedLeast = 10_000
	smoothing    = 0.2 // of what arrived, per round

	lossFine = 0.04
	lossBad  = 0.10
)

// Controller decides on the bitrate.
//
//	start --(limit seen)--> probing: grow fast below the last limit, slowly near it
//	any: delay > crowded -> backOff x received; loss > lossBad -> less by half the loss
type Controller struct {
	least, most int
	target      float64

	base    [baseSpan]time.Duration // smallest delay of each of the last seconds
	baseAt  time.Time               // start of the newest of them
	filled  int
	limit   float64 // received when the network was last full; 0: never, or forgotten
	limitAt time.Time
	limited bool // a limit was seen in this call

	begun                  time.Time     // of the round
	count, bytes, lost     int           // bytes without the first packet's
	first                  int           // bytes
	smallest               time.Duration // delay
	firstArrival, arrival  time.Duration
	firstSent, lastSent    time.Duration
	heardOf                time.Duration // newest arrival of the round before; 0: none
	loss                   float64       // smoothed, as is the next
	arriving               float64       // bits per second
	wanted                 float64       // by the application, see Want
	crowded                bool          // in the last round
	grown, shrunk, heardAt time.Time
	decayed                time.Time
}

// New makes a controller of targets from least to most, starting with first, in bits per second.
func New(first, least, most int) Controller {
	return Controller{least: least, most: most, target: float64(min(first, most))}
}

// Target is what may be sent, in bits per second. Called without feedback for
// long, it falls.
func (c *Controller) Target(now time.Time) int {
	if !c.heardAt.IsZero() && now.Sub(c.heardAt) > silence && now.Sub(c.decayed) > silence/2 {
		c.decayed = now
		c.set(c.target * 0.8)
	}
	return int(c.target)
}

// Want tells the target from which on the application would send more than it
// does now, in bits per second. Without it, one that waits for a larger target
// and one that waits for more to be sent would wait for each other.
func (c *Controller) Want(bps int) { c.wanted = float64(bps) }

// Feedback tells what arrived, oldest first, and how many packets more were
// reported lost (negative where some turned up after all).
func (c *Controller) Feedback(now time.Time, arrived []Packet, lost int) {
	c.heardAt = now
	if c.begun.IsZero() {
		c.begun = now
	}
	c.lost += lost
	for _, p := range arrived {
		c.add(p)
	}
	if now.Sub(c.begun) >= round && c.count+max(c.lost, 0) >= minCount {
		c.decide(now)
		c.begun, c.count, c.bytes, c.lost = now, 0, 0, 0
	}
}

func (c *Controller) add(p Packet) {
	delay := p.Arrived - p.Sent
	if c.count == 0 {
		c.smallest, c.firstArrival, c.firstSent, c.arrival, c.lastSent = delay, p.Arrived, p.Sent, p.Arrived, p.Sent
	}
	c.smallest = min(c.smallest, delay)
	c.firstArrival, c.arrival = min(c.firstArrival, p.Arrived), max(c.arrival, p.Arrived)
	c.firstSent, c.lastSent = min(c.firstSent, p.Sent), max(c.lastSent, p.Sent)
	if c.count == 0 { // n packets span n-1 gaps
		c.first = p.Size
	} else {
		c.bytes += p.Size
	}
	c.count++
}

func (c *Controller) decide(now time.Time) {
	total := max(c.count+c.lost, 1)
	share := min(max(float64(c.lost)/float64(total), 0), 1)
	c.loss += (share - c.loss) * math.Min(float64(total)/100, 1)
	if c.count < minCount {
		c.shrinkByLoss(now)
		return
	}
	c.noteArriving()
	waiting := c.smallest - c.remember(now)
	before := c.crowded
	c.crowded = waiting > crowded
	switch {
	case c.crowded && (before || waiting > jammed):
		c.shrinkByDelay(now)
	case c.crowded: // once may be the computer's fault
	case c.loss > lossBad:
		c.shrinkByLoss(now)
	case waiting < calm && c.loss < lossFine:
		c.grow(now)
	}
}

// noteArriving follows the rate at which packets arrive, pauses included.
func (c *Controller) noteArriving() {
	if c.heardOf == 0 {
		c.arriving = c.received()
	} else {
		c.arriving += smoothing * (perSecond(c.bytes+c.first, c.arrival-c.heardOf) - c.arriving)
	}
	c.heardOf = c.arrival
}

// remember keeps the smallest delay of each second and returns that of all kept.
func (c *Controller) remember(now time.Time) time.Duration {
	switch {
	case c.filled == 0:
		c.base[0], c.filled, c.baseAt = c.smallest, 1, now
	case now.Sub(c.baseAt) >= baseStep:
		copy(c.base[1:], c.base[:])
		c.base[0], c.baseAt, c.filled = c.smallest, now, min(c.filled+1, baseSpan)
	default:
		c.base[0] = min(c.base[0], c.smallest)
	}
	least := c.base[0]
	for _, d := range c.base[1:c.filled] {
		least = min(least, d)
	}
	return least
}

// received is the rate at which the round's packets arrived, in bits per second.
func (c *Controller) received() float64 { return perSecond(c.bytes, c.arrival-c.firstArrival) }

func (c *Controller) sent() float64 { return perSecond(c.bytes, c.lastSent-c.firstSent) }

func perSecond(bytes int, span time.Duration) float64 {
	return float64(bytes) * 8 / max(span, round/2).Seconds()
}

func (c *Controller) shrinkByDelay(now time.Time) {
	if now.Sub(c.shrunk) < settle {
		return
	}
	c.shrunk, c.limitAt = now, now
	c.limit, c.limited = c.received(), true
	c.set(min(c.target, backOff*c.limit))
}

func (c *Controller) shrinkByLoss(now time.Time) {
	if c.loss <= lossBad || now.Sub(c.shrunk) < settle {
		return
	}
	c.shrunk, c.limited = now, true
	c.set(c.target * (1 - c.loss/2))
}

func (c *Controller) grow(now time.Time) {
	if now.Sub(c.grown) < growEvery || now.Sub(c.shrunk) < settle {
		return
	}
	c.grown = now
	if now.Sub(c.limitAt) > forgetting {
		c.limit = 0
	}
	most := max(c.target, untried*c.arriving+untriedLeast, c.wanted)
	c.set(min(most, c.larger()))
}

// larger is the next target where nothing speaks against it.
func (c *Controller) larger() float64 {
	switch {
	case c.sent() < c.target/2:
		return c.target * growIdle
	case !c.limited:
		return c.target * growStart
	case c.limit > 0 && c.target > nearLimit*c.limit:
		return c.target + growNear
	}
	return c.target * growAgain
}

func (c *Controller) set(bps float64) {
	c.target = min(max(bps, float64(c.least)), float64(c.most))
}

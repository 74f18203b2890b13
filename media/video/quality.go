package video

import (
	"image"
	"time"
)

// quality chooses by how much pictures are made smaller before encoding, so
// that few bits make a small sharp picture rather than a large torn one. It is
// a pure value: time is passed in.
//
//	scale 1 <-> 2 <-> 4: down when the rate was too low for downAfter, up when ample for upAfter
type quality struct {
	scale int       // divisor of width and height; 0 before the first choice
	since time.Time // since when the rate has asked for another scale; zero: it does not
	going int       // the scale it has asked for
}

const (
	downAfter = 1500 * time.Millisecond
	upAfter   = 3 * time.Second
	maxScale  = 4
	// 1280x720 needs 350 kbit/s.
	bitsPerPixel = 350_000.0 / (1280 * 720)
	// ample is how much more than needed the next larger scale must have.
	ample = 1.4
	// minShrunk keeps small pictures as they are.
	minShrunk = 160
)

// choose returns the scale for a picture of that size, taken now, at bps bits per second.
func (q *quality) choose(now time.Time, bps int, size image.Point) int {
	if q.scale == 0 {
		q.scale = 1
	}
	want := q.wanted(float64(bps), size)
	if want == q.scale {
		q.since = time.Time{}
		return q.scale
	}
	if q.since.IsZero() || q.going != want {
		q.since, q.going = now, want
	}
	hold := downAfter
	if want < q.scale {
		hold = upAfter
	}
	if now.Sub(q.since) >= hold {
		q.scale, q.since = want, time.Time{}
	}
	return q.scale
}

// ampleFor is the least rate at which a picture of that size is not made smaller.
func ampleFor(size image.Point) float64 {
	return ample*bitsPerPixel*float64(size.X*size.Y) + 1
}

func (q *quality) wanted(bps float64, size image.Point) int {
	need := func(scale int) float64 { return bitsPerPixel * float64(size.X*size.Y) / float64(scale*scale) }
	smaller, larger := q.scale*2, q.scale/2
	if bps < need(q.scale) && smaller <= maxScale && min(size.X, size.Y)/smaller >= minShrunk/2 && max(size.X, size.Y)/smaller >= minShrunk {
		return smaller
	}
	if larger >= 1 && bps > ample*need(larger) {
		return larger
	}
	return q.scale
}

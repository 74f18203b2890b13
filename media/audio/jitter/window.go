package jitter

import "math"

const buckets = 8

// window is the smallest value of the last while, kept in eight buckets.
type window struct {
	length int64 // samples that one bucket covers
	index  int64 // of the newest bucket, counted from time zero
	least  [buckets]int64
	filled bool
}

func newWindow(length int64) window { return window{length: length} }

func (w *window) add(now, value int64) {
	index := now / w.length
	if !w.filled || index-w.index >= buckets {
		w.reset()
		w.filled, w.index = true, index
	}
	for w.index < index {
		w.index++
		w.least[w.index%buckets] = math.MaxInt64
	}
	at := &w.least[w.index%buckets]
	*at = min(*at, value)
}

func (w *window) reset() {
	for i := range w.least {
		w.least[i] = math.MaxInt64
	}
	w.filled = false
}

// min is the smallest value of the window; 0 and false before the first add.
func (w *window) min() (int64, bool) {
	if !w.filled {
		return 0, false
	}
	least := int64(math.MaxInt64)
	for _, v := range w.least {
		least = min(least, v)
	}
	return least, true
}

// shift moves every value by delta.
func (w *window) shift(delta int64) {
	for i, v := range w.least {
		if v != math.MaxInt64 {
			w.least[i] = v + delta
		}
	}
}

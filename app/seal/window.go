package seal

const windowSize = 64

// window tells which of the last windowSize numbers were seen (RFC 4303
// section 3.4.3). Number 0 does not exist; older ones count as seen.
type window struct {
	top  uint64 // highest seen
	seen uint64 // bit i: top-i was seen
}

func (w *window) fresh(n uint64) bool {
	switch {
	case n == 0:
		return false
	case n > w.top:
		return true
	case w.top-n >= windowSize:
		return false
	}
	return w.seen>>(w.top-n)&1 == 0
}

func (w *window) mark(n uint64) {
	if n <= w.top {
		w.seen |= 1 << (w.top - n)
		return
	}
	w.seen = w.seen<<(n-w.top) | 1 // a shift of 64 or more leaves zero
	w.top = n
}

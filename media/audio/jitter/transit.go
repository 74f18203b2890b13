package jitter

const (
	bins = 400 // of one millisecond each: later packets count as in the last bin

	// forget makes a packet's weight fall to 1/e after about 600 more packets.
	forget = 1 - 1.0/600
	// inTime is the share of packets that the target delay waits for.
	inTime = 0.97
	// firstGuess is the jitter, in ms, assumed before anything was measured.
	firstGuess = 10
	// routeBucket times 8 is how long a smallest transit is believed: a new
	// route may be slower, and clocks drift.
	routeBucket = Rate * 5 / 8
)

// transit learns how much later than the quickest packets come.
type transit struct {
	quickest window
	base     int64 // quickest transit, in whole ms downwards; bins count from here
	known    bool
	seen     int
	share    [bins]float64 // of packets that came so many ms after base
}

func newTransit() transit {
	t := transit{quickest: newWindow(routeBucket)}
	t.share[firstGuess] = 1
	return t
}

// add learns from a packet that took time transit.
func (t *transit) add(now, transit int64) {
	t.quickest.add(now, transit)
	least, _ := t.quickest.min()
	t.rebase(floor(least))
	t.seen++
	keep := min(forget, 1-1/float64(t.seen+1))
	for i := range t.share {
		t.share[i] *= keep
	}
	bin := min((transit-t.base)/millisecond, bins-1)
	t.share[bin] += 1 - keep
}

// rebase moves the bins so that they count from base.
func (t *transit) rebase(base int64) {
	if !t.known {
		t.base, t.known = base, true
		return
	}
	for ; t.base < base; t.base += millisecond {
		t.share[0] += t.share[1]
		copy(t.share[1:], t.share[2:])
		t.share[bins-1] = 0
	}
	if steps := (t.base - base) / millisecond; steps > bins {
		*t = transit{quickest: t.quickest, base: base, known: true, share: newTransit().share}
		return
	}
	for ; t.base > base; t.base -= millisecond {
		t.share[bins-1] += t.share[bins-2]
		copy(t.share[1:], t.share[:bins-2])
		t.share[0] = 0
	}
}

// spread is how long after base nearly all packets have come.
func (t *transit) spread() int64 {
	sum := 0.0
	for i, s := range t.share {
		if sum += s; sum >= inTime {
			return int64(i+1) * millisecond
		}
	}
	return bins * millisecond
}

func floor(v int64) int64 {
	rest := v % millisecond
	if rest < 0 {
		rest += millisecond
	}
	return v - rest
}

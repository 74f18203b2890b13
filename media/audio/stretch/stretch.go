// Package stretch makes speech a little shorter or longer without changing its
// pitch: it cuts out or repeats whole pitch periods, or pieces of silence. Its
// functions are pure and may be called from any goroutine.
package stretch

import "math"

// The bounds of one change, in samples at 48 kHz, and what it needs to see.
const (
	Shortest = 120 // 2.5 ms, a pitch of 400 Hz
	Longest  = 720 // 15 ms, a pitch of 67 Hz
	Overlap  = 192 // samples that are cross-faded
	compare  = 240 // samples that must look alike
	// Needed is how many samples Cut and Add must see to try every length.
	Needed = Longest + compare
)

const (
	alike = 0.85 // normalised correlation of two neighbouring pitch periods
	quiet = 60   // root mean square of what counts as silence
)

// Cut removes at most limit samples near the start of x and returns how many:
// x[:len(x)-n] is what remains. 0 means that nothing suitable was there.
func Cut(x []int16, limit int) int {
	longest := min(limit, Longest, len(x)-compare)
	lag := bestLag(longest, func(lag int) ([]int16, []int16) {
		return x[:compare], x[lag : lag+compare]
	})
	if lag == 0 {
		return 0
	}
	for i := range Overlap {
		x[i] = fade(x[i], x[i+lag], i)
	}
	copy(x[Overlap:], x[Overlap+lag:])
	return lag
}

// Add inserts at most limit samples at x[at] and returns how many, n. x holds
// sound already played before at, and must have room for n more samples beyond
// its length: x[:len(x)+n] is the result. 0 means that nothing suitable was there.
func Add(x []int16, at, limit int) int {
	if len(x)-at < compare {
		return 0
	}
	longest := min(limit, Longest, at, cap(x)-len(x))
	lag := bestLag(longest, func(lag int) ([]int16, []int16) {
		return x[at : at+compare], x[at-lag : at-lag+compare]
	})
	if lag < Overlap {
		return 0
	}
	longer := x[:len(x)+lag]
	copy(longer[at+lag:], x[at:])
	for i := range lag {
		repeated := longer[at-lag+i]
		if i < Overlap {
			repeated = fade(longer[at+lag+i], repeated, i)
		}
		longer[at+i] = repeated
	}
	return lag
}

// fade goes from a to b while i goes through the overlap.
func fade(a, b int16, i int) int16 {
	return int16((int(a)*(Overlap-i) + int(b)*i) / Overlap)
}

// bestLag finds the length whose two pieces look most alike, 0 if none does.
// In silence every length does, and the longest is taken.
func bestLag(longest int, pieces func(lag int) (a, b []int16)) int {
	if longest < Shortest {
		return 0
	}
	if a, b := pieces(longest); rms(a) < quiet && rms(b) < quiet {
		return longest
	}
	const step = 4
	best, bestScore := 0, alike-0.15
	for lag := Shortest; lag <= longest; lag += step {
		if score := likeness(pieces(lag)); score > bestScore {
			best, bestScore = lag, score
		}
	}
	if best == 0 {
		return 0
	}
	coarse := best
	for lag := max(Shortest, coarse-step+1); lag <= min(longest, coarse+step-1); lag++ {
		if score := likeness(pieces(lag)); score > bestScore {
			best, bestScore = lag, score
		}
	}
	if bestScore < alike {
		return 0
	}
	return best
}

func likeness(a, b []int16) float64 {
	var ab, aa, bb int64
	for i, v := range a {
		w := b[i]
		ab += int64(v) * int64(w)
		aa += int64(v) * int64(v)
		bb += int64(w) * int64(w)
	}
	if ab <= 0 {
		return 0
	}
	return float64(ab) / math.Sqrt(float64(aa)*float64(bb))
}

func rms(x []int16) float64 {
	var sum int64
	for _, v := range x {
		sum += int64(v) * int64(v)
	}
	return math.Sqrt(float64(sum) / float64(len(x)))
}

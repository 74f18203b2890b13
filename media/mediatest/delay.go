package mediatest

import (
	"math"
	"time"

	"paravent/media/wav"
)

// cutShort is how much of ref may be missing at the end of heard, which stops
// with the call while the last sound is still on its way.
const cutShort = wav.Rate / 4

// Delay finds where in heard the sound ref begins, in samples, and how alike
// the two are there: 1 is the same up to loudness, 0 unrelated. A place where
// ref would be cut short does not count.
func Delay(ref, heard []int16) (samples int, likeness float64) {
	best := math.Inf(-1)
	for lag, score := range correlate(ref, heard) {
		if score > best && lag <= max(0, len(heard)-len(ref))+cutShort {
			best, samples = score, lag
		}
	}
	return samples, normalised(ref, heard[samples:])
}

func normalised(a, b []int16) float64 {
	var ab, aa, bb float64
	for i := range min(len(a), len(b)) {
		x, y := float64(a[i]), float64(b[i])
		ab += x * y
		aa += x * x
		bb += y * y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// Result says how ref came through.
type Result struct {
	Delay    time.Duration // of ref's beginning within heard
	Likeness float64       // of the wave forms, see Delay
	ESTOI    float64       // intelligibility, see ESTOI
}

// The pieces in which Compare follows a delay that changes, as that of a jitter
// buffer does, and how far it may change.
const (
	piece  = wav.Rate * 3 / 10
	wander = wav.Rate * 8 / 100
)

// Compare finds ref within heard and tells how well it can be understood
// there. heard may be longer and may repeat ref.
func Compare(ref, heard []int16) Result {
	delay, likeness := Delay(ref, heard)
	return Result{
		Delay:    time.Duration(delay) * time.Second / wav.Rate,
		Likeness: likeness,
		ESTOI:    ESTOI(ref, follow(ref, heard, delay)),
	}
}

// follow cuts heard into pieces that lie where those of ref do.
func follow(ref, heard []int16, delay int) []int16 {
	aligned := make([]int16, len(ref))
	lag := delay
	for start := 0; start < len(ref); start += piece {
		end := min(start+piece, len(ref))
		from := max(0, start+lag-wander)
		to := min(len(heard), end+lag+wander)
		if from >= to {
			break
		}
		window := heard[from:to]
		if at, alike := Delay(ref[start:end], window); alike > 0.5 {
			lag = from + at - start
		}
		if first := start + lag; first >= 0 && first < len(heard) {
			copy(aligned[start:end], heard[first:])
		}
	}
	return aligned
}

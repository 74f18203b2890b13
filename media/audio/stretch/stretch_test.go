package stretch

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// voice is a buzz of the given pitch.
func voice(n int, hz float64) []int16 {
	out := make([]int16, n)
	for i := range out {
		x := 2 * math.Pi * hz * float64(i) / 48000
		out[i] = int16(6000*math.Sin(x) + 3000*math.Sin(2*x+1) + 1500*math.Sin(3*x+2))
	}
	return out
}

// roughest is the largest step between neighbours.
func roughest(x []int16) int {
	worst := 0
	for i := 1; i < len(x); i++ {
		d := int(x[i]) - int(x[i-1])
		worst = max(worst, d, -d)
	}
	return worst
}

func TestCutAndAddTakeWholePeriods(t *testing.T) {
	for _, hz := range []float64{90, 120, 180, 250} {
		period := 48000 / hz
		x := voice(4000, hz)
		smooth := roughest(x)
		n := Cut(x, Longest)
		if rest := math.Mod(float64(n), period); n == 0 || math.Min(rest, period-rest) > 3 {
			t.Errorf("%v Hz: cut %d, period %.1f", hz, n, period)
		}
		if got := roughest(x[:len(x)-n]); got > smooth*13/10 {
			t.Errorf("%v Hz: a cut of %d leaves a step of %d, before %d", hz, n, got, smooth)
		}
		y := slices.Grow(voice(4000, hz), Longest)
		n = Add(y, 2000, Longest)
		if rest := math.Mod(float64(n), period); n == 0 || math.Min(rest, period-rest) > 3 {
			t.Errorf("%v Hz: added %d, period %.1f", hz, n, period)
		}
		if got := roughest(y[:len(y)+n]); got > smooth*13/10 {
			t.Errorf("%v Hz: adding %d makes a step of %d, before %d", hz, n, got, smooth)
		}
	}
}

func TestSilenceChangesByAllThatIsAsked(t *testing.T) {
	if n := Cut(make([]int16, 2000), 500); n != 500 {
		t.Errorf("cut %d", n)
	}
	if n := Add(make([]int16, 2000, 3000), 1000, 500); n != 500 {
		t.Errorf("added %d", n)
	}
}

func TestNoiseIsLeftAlone(t *testing.T) {
	x := make([]int16, 3000)
	state := uint32(1)
	for i := range x {
		state = state*1664525 + 1013904223
		x[i] = int16(state >> 18)
	}
	if n := Cut(x, Longest); n != 0 {
		t.Errorf("cut %d", n)
	}
}

func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 3000).Draw(t, "size")
		x := make([]int16, size, size+rapid.IntRange(0, 900).Draw(t, "room"))
		copy(x, voice(size, rapid.Float64Range(60, 500).Draw(t, "hz")))
		limit := rapid.IntRange(-10, 2000).Draw(t, "limit")
		at := rapid.IntRange(0, size).Draw(t, "at")
		before := slices.Clone(x)
		n := Add(x, at, limit)
		if n < 0 || n > max(0, limit) || n > cap(x)-size {
			t.Fatalf("added %d of %d", n, limit)
		}
		if !slices.Equal(x[:at], before[:at]) || !slices.Equal(x[:size+n][at+n:], before[at:]) {
			t.Fatal("what was there already changed")
		}
		if n := Cut(x, limit); n < 0 || n > max(0, limit) || n > size {
			t.Fatalf("cut %d of %d", n, limit)
		}
	})
}

func BenchmarkCut(b *testing.B) {
	x := voice(Needed, 120)
	work := make([]int16, len(x))
	b.ReportAllocs()
	for range b.N {
		copy(work, x)
		Cut(work, Longest)
	}
}

package wav

import "math"

// zeroCrossings of the sinc on each side: 24 keep aliases below -80 dB.
const zeroCrossings = 24

// Resample converts x from one sampling rate to another by band-limited
// interpolation: a Kaiser-windowed sinc with its cut-off below the lower of
// both Nyquist frequencies. The same rate returns x itself.
func Resample(x []int16, from, to int) []int16 {
	if from == to || len(x) == 0 {
		return x
	}
	divisor := gcd(from, to)
	up, down := to/divisor, from/divisor
	cutoff := 0.94 * math.Min(1, float64(to)/float64(from))
	half := int(math.Ceil(zeroCrossings / cutoff))
	bank := newBank(up, half, cutoff)
	out := make([]int16, (len(x)*up+down-1)/down)
	for i := range out {
		position := i * down
		out[i] = convolve(x, position/up-half+1, bank.taps(position%up))
	}
	return out
}

func convolve(x []int16, start int, taps []float64) int16 {
	sum := 0.0
	for k, tap := range taps {
		if j := start + k; j >= 0 && j < len(x) {
			sum += tap * float64(x[j])
		}
	}
	return int16(math.Round(max(math.MinInt16, min(math.MaxInt16, sum))))
}

// bank holds the taps for each of the phases in use. Rates with a large common
// multiple have many phases, so taps are made when first asked for.
type bank struct {
	half   int
	phases int
	cutoff float64
	made   map[int][]float64
}

func newBank(phases, half int, cutoff float64) *bank {
	return &bank{half: half, phases: phases, cutoff: cutoff, made: make(map[int][]float64)}
}

func (b *bank) taps(phase int) []float64 {
	if t, ok := b.made[phase]; ok {
		return t
	}
	t := make([]float64, 2*b.half)
	sum := 0.0
	for k := range t {
		distance := float64(k-b.half+1) - float64(phase)/float64(b.phases)
		t[k] = sinc(distance*b.cutoff) * kaiser(distance/float64(b.half))
		sum += t[k]
	}
	for k := range t {
		t[k] /= sum // every phase passes a constant unchanged
	}
	if len(b.made) < 4096 {
		b.made[phase] = t
	}
	return t
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the Kaiser window with beta 8 for x from -1 to 1.
func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	const beta = 8.0
	return bessel(beta*math.Sqrt(1-x*x)) / bessel(beta)
}

// bessel is the modified Bessel function of the first kind and order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; term > 1e-12*sum; k++ {
		term *= (x / 2 / float64(k)) * (x / 2 / float64(k))
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

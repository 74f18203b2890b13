package assets

import "math"

// SoundRate is the sampling rate of the sounds, in Hz; they have one channel.
const SoundRate = 48000

// note is a plucked tone: it starts at once and fades away.
type note struct {
	at, lasts float64 // seconds
	hz        float64
	loud      float64 // 0 to 1
}

// Ring is one round of the ring heard by who is called, 3 s, to be repeated.
func Ring() []int16 {
	return render(3, []note{
		{0.00, 0.9, 587.33, 0.30}, {0.18, 0.9, 739.99, 0.28}, {0.36, 1.2, 880.00, 0.30},
		{0.90, 0.9, 587.33, 0.26}, {1.08, 0.9, 739.99, 0.24}, {1.26, 1.5, 880.00, 0.26},
	}, pluck)
}

// Ringback is one round of the tone heard by who calls, 4 s, to be repeated.
func Ringback() []int16 {
	return render(4, []note{{0, 1.2, 425, 0.16}}, steady)
}

// pluck fades exponentially and has a soft octave above.
func pluck(n note, t float64) float64 {
	tone := math.Sin(2*math.Pi*n.hz*t) + 0.25*math.Sin(4*math.Pi*n.hz*t)
	return tone * math.Exp(-4.5*t/n.lasts)
}

// steady stays as loud as it is.
func steady(n note, t float64) float64 { return math.Sin(2 * math.Pi * n.hz * t) }

// render adds up the notes. 8 ms ramps at both ends of a note avoid clicks.
func render(seconds float64, notes []note, voice func(note, float64) float64) []int16 {
	const ramp = 0.008
	sum := make([]float64, int(seconds*SoundRate))
	for _, n := range notes {
		first := int(n.at * SoundRate)
		for i := range int(n.lasts * SoundRate) {
			t := float64(i) / SoundRate
			edge := min(1, t/ramp, (n.lasts-t)/ramp)
			sum[first+i] += n.loud * edge * voice(n, t)
		}
	}
	out := make([]int16, len(sum))
	for i, v := range sum {
		out[i] = int16(math.MaxInt16 * max(-1, min(1, v)))
	}
	return out
}

package mediatest

import (
	"math"

	"paravent/media/wav"
)

// The parameters of the measure (Jensen and Taal, "An Algorithm for Predicting
// the Intelligibility of Speech Masked by Modulated Noise Maskers", 2016).
const (
	estoiRate   = 10000
	frameLength = 256
	frameHop    = frameLength / 2
	spectrum    = 512
	thirds      = 15
	lowestThird = 150.0
	segment     = 30   // frames, 384 ms
	dynamic     = 40.0 // dB below the loudest frame count as silence
)

// ESTOI is the extended short-time objective intelligibility of degraded, 1
// for a perfect copy and about 0 for something else. Both are 48 kHz and
// aligned; less than half a second of speech gives 0.
func ESTOI(clean, degraded []int16) float64 {
	n := min(len(clean), len(degraded))
	x := toFloat(wav.Resample(clean[:n], wav.Rate, estoiRate))
	y := toFloat(wav.Resample(degraded[:n], wav.Rate, estoiRate))
	x, y = withoutSilence(x, y)
	a, b := bands(x), bands(y)
	sum, count := 0.0, 0
	for m := segment; m <= len(a); m++ {
		sum += segmentScore(a[m-segment:m], b[m-segment:m])
		count++
	}
	if count == 0 {
		return 0
	}
	return sum / float64(count)
}

func toFloat(x []int16) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// hann is the window without its zero ends.
func hann() [frameLength]float64 {
	var w [frameLength]float64
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i+1)/(frameLength+1))
	}
	return w
}

// withoutSilence drops the frames of both where x is silent, and joins the rest.
func withoutSilence(x, y []float64) (keptX, keptY []float64) {
	window := hann()
	var energies []float64
	loudest := math.Inf(-1)
	for start := 0; start+frameLength <= len(x); start += frameHop {
		sum := 1e-20
		for i, w := range window {
			sum += x[start+i] * w * x[start+i] * w
		}
		energy := 10 * math.Log10(sum)
		energies = append(energies, energy)
		loudest = max(loudest, energy)
	}
	size := 0
	keptX = make([]float64, len(x)+frameLength)
	keptY = make([]float64, len(x)+frameLength)
	for k, energy := range energies {
		if energy <= loudest-dynamic {
			continue
		}
		for i, w := range window {
			keptX[size+i] += x[k*frameHop+i] * w
			keptY[size+i] += y[k*frameHop+i] * w
		}
		size += frameHop
	}
	return keptX[:size], keptY[:size]
}

// bands is the amplitude of each frame in third-octave bands.
func bands(x []float64) [][thirds]float64 {
	window, edges := hann(), thirdEdges()
	var out [][thirds]float64
	bins := make([]complex128, spectrum)
	for start := 0; start+frameLength <= len(x); start += frameHop {
		clear(bins)
		for i, w := range window {
			bins[i] = complex(x[start+i]*w, 0)
		}
		fft(bins, false)
		var frame [thirds]float64
		for j := range frame {
			for k := edges[j][0]; k < edges[j][1]; k++ {
				frame[j] += real(bins[k])*real(bins[k]) + imag(bins[k])*imag(bins[k])
			}
			frame[j] = math.Sqrt(frame[j])
		}
		out = append(out, frame)
	}
	return out
}

// thirdEdges gives each band's first bin and the one after its last.
func thirdEdges() [thirds][2]int {
	nearest := func(hz float64) int { return int(math.Round(hz * spectrum / estoiRate)) }
	var edges [thirds][2]int
	for j := range edges {
		centre := lowestThird * math.Pow(2, float64(j)/3)
		edges[j] = [2]int{nearest(centre / math.Pow(2, 1.0/6)), nearest(centre * math.Pow(2, 1.0/6))}
	}
	return edges
}

// segmentScore correlates the spectra of two segments, after each band and
// then each frame was given mean 0 and length 1.
func segmentScore(a, b [][thirds]float64) float64 {
	x, y := normaliseSegment(a), normaliseSegment(b)
	sum := 0.0
	for m := range x {
		for j := range x[m] {
			sum += x[m][j] * y[m][j]
		}
	}
	return sum / segment
}

func normaliseSegment(a [][thirds]float64) [segment][thirds]float64 {
	var out [segment][thirds]float64
	for j := range thirds {
		var row [segment]float64
		for m := range row {
			row[m] = a[m][j]
		}
		centre(row[:])
		for m := range row {
			out[m][j] = row[m]
		}
	}
	for m := range out {
		centre(out[m][:])
	}
	return out
}

// centre takes the mean off v and scales it to length 1.
func centre(v []float64) {
	mean, length := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for i := range v {
		v[i] -= mean
		length += v[i] * v[i]
	}
	if length = math.Sqrt(length); length < 1e-12 {
		clear(v)
		return
	}
	for i := range v {
		v[i] /= length
	}
}

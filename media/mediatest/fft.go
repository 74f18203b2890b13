package mediatest

import (
	"math"
	"math/bits"
	"math/cmplx"
)

// fft transforms x in place; its length must be a power of two.
func fft(x []complex128, inverse bool) {
	n := len(x)
	shift := 64 - bits.TrailingZeros(uint(n))
	for i := range x {
		if j := int(bits.Reverse64(uint64(i)) >> shift); j > i {
			x[i], x[j] = x[j], x[i]
		}
	}
	turns := roots(n, inverse)
	for size := 2; size <= n; size *= 2 {
		half, stride := size/2, n/size
		for start := 0; start < n; start += size {
			low, high := x[start:start+half], x[start+half:start+size]
			for k := range low {
				odd := high[k] * turns[k*stride]
				low[k], high[k] = low[k]+odd, low[k]-odd
			}
		}
	}
}

// roots are the first half of the n-th roots of one.
func roots(n int, inverse bool) []complex128 {
	angle := -2 * math.Pi / float64(n)
	if inverse {
		angle = -angle
	}
	out := make([]complex128, n/2)
	for k := range out {
		out[k] = cmplx.Rect(1, angle*float64(k))
	}
	return out
}

// correlate returns, for each lag from 0 to len(heard)-1, how well ref matches
// heard from there on (not normalised).
func correlate(ref, heard []int16) []float64 {
	n := 2
	for n < len(ref)+len(heard) {
		n *= 2
	}
	// Both are real, so one transform carries them as real and imaginary part.
	z, product := make([]complex128, n), make([]complex128, n)
	for i := range z {
		var r, h int16
		if i < len(ref) {
			r = ref[i]
		}
		if i < len(heard) {
			h = heard[i]
		}
		z[i] = complex(float64(r), float64(h))
	}
	fft(z, false)
	for k, v := range z {
		mirrored := cmplx.Conj(z[(n-k)%n])
		a, b := (v+mirrored)/2, (v-mirrored)/2i
		product[k] = b * cmplx.Conj(a)
	}
	fft(product, true)
	out := make([]float64, len(heard))
	for i := range out {
		out[i] = real(product[i]) / float64(n)
	}
	return out
}

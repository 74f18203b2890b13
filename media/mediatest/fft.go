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
	sign := -2 * math.Pi
	if inverse {
		sign = 2 * math.Pi
	}
	for size := 2; size <= n; size *= 2 {
		step := cmplx.Rect(1, sign/float64(size))
		for start := 0; start < n; start += size {
			turn := complex(1, 0)
			for k := start; k < start+size/2; k++ {
				even, odd := x[k], x[k+size/2]*turn
				x[k], x[k+size/2] = even+odd, even-odd
				turn *= step
			}
		}
	}
}

// correlate returns, for each lag from 0 to len(heard)-1, how well ref matches
// heard from there on (not normalised).
func correlate(ref, heard []int16) []float64 {
	n := 2
	for n < len(ref)+len(heard) {
		n *= 2
	}
	a, b := make([]complex128, n), make([]complex128, n)
	for i, v := range ref {
		a[i] = complex(float64(v), 0)
	}
	for i, v := range heard {
		b[i] = complex(float64(v), 0)
	}
	fft(a, false)
	fft(b, false)
	for i := range a {
		b[i] *= cmplx.Conj(a[i])
	}
	fft(b, true)
	out := make([]float64, len(heard))
	for i := range out {
		out[i] = real(b[i]) / float64(n)
	}
	return out
}

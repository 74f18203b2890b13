package app

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// distance is the two-sample Kolmogorov-Smirnov statistic: the largest
// difference between the shares of a and of b that are below some value.
func distance(a, b []time.Duration) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	largest := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		at := min(a[i], b[j])
		for i < len(a) && a[i] == at {
			i++
		}
		for j < len(b) && b[j] == at {
			j++
		}
		largest = max(largest, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return largest
}

// differ is the distance that two samples of n and m from one distribution
// exceed once in 1/alpha times (Smirnov's bound).
func differ(n, m int, alpha float64) float64 {
	return math.Sqrt(-math.Log(alpha/2)/2) * math.Sqrt(float64(n+m)/float64(n*m))
}

func TestDistance(t *testing.T) {
	ms := func(list ...int) (d []time.Duration) {
		for _, n := range list {
			d = append(d, time.Duration(n)*time.Millisecond)
		}
		return d
	}
	require.Zero(t, distance(ms(3, 1, 2), ms(1, 2, 3)))
	require.InDelta(t, 1, distance(ms(1, 2), ms(3, 4)), 1e-9)
	require.InDelta(t, 0.5, distance(ms(1, 2, 3, 4), ms(3, 4, 5, 6)), 1e-9)
	require.InDelta(t, 0.25, distance(ms(1, 1, 1, 2), ms(1, 1, 2, 2)), 1e-9)
	require.InDelta(t, 1.358*math.Sqrt(2.0/1000), differ(1000, 1000, 0.05), 1e-4) // as in the tables
}

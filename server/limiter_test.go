package server

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLimiterRefills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(2, 3)
		for range 3 {
			require.True(t, l.allow("a"))
		}
		require.False(t, l.allow("a"))
		require.True(t, l.allow("b"))
		time.Sleep(500 * time.Millisecond)
		require.True(t, l.allow("a"))
		require.False(t, l.allow("a"))
	})
}

// Whatever the order of requests, no key gets more than burst + rate x time.
func TestLimiterNeverExceedsItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(1e9, 0)
		now := start
		l := newLimiter(3, 5)
		l.now = func() time.Time { return now }
		passed := map[string]int{}
		for range rapid.IntRange(1, 200).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "ms")) * time.Millisecond)
			key := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key")
			if l.allow(key) {
				passed[key]++
			}
			if limit := 5 + 3*now.Sub(start).Seconds(); float64(passed[key]) > limit+1e-6 {
				t.Fatalf("%d passed, %.1f allowed", passed[key], limit)
			}
		}
	})
}

func TestLimiterMemoryIsBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	l := newLimiter(1, 2)
	l.now = func() time.Time { return now }
	l.shared.last = now
	for i := range maxBuckets {
		l.allow(fmt.Sprint(i))
	}
	require.True(t, l.allow("newcomer"))
	require.True(t, l.allow("another"))
	require.False(t, l.allow("third"), "newcomers share a bucket while the table is full")
	require.Len(t, l.buckets, maxBuckets)
	now = now.Add(time.Minute)
	require.True(t, l.allow("later"))
	require.Len(t, l.buckets, 1, "full buckets are forgotten")
}

func TestNetworkOf(t *testing.T) {
	for a, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		require.Equal(t, want, networkOf(netip.MustParseAddr(a)).String())
	}
}

func TestPublicIP(t *testing.T) {
	given, bound := netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("127.0.0.1")
	require.Equal(t, given, publicIP(given, bound))
	require.Equal(t, bound, publicIP(netip.Addr{}, bound))
	require.True(t, publicIP(netip.Addr{}, netip.IPv4Unspecified()).Is4())
}

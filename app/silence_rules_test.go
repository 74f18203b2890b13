package app

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// P13, P14: a thousand tries of each way not to be answered. Whoever calls or
// knocks receives one answer to each request, their own server's, the same in
// every case to the byte and, by a Kolmogorov-Smirnov test, to the time that
// it took. Two leaks in the same run show that the test sees what it should.
func TestP13P14SilenceIsTheSameInAThousandTries(t *testing.T) {
	s := openTapped(t)
	silent := openPairings(t, s)
	receipts, slow := openReceipts(t, s), openSlow(t, s)
	began := time.Now()
	court(t, append(slices.Clone(silent), receipts, slow))
	t.Logf("%d tries of each of %d silences in %v", silentTries, len(silent), time.Since(began).Round(time.Second))

	t.Run("P13 no reply", func(t *testing.T) {
		for _, p := range silent {
			require.Zero(t, p.envelopes(), p.name)
		}
		require.Greater(t, receipts.envelopes(), leakyTries*9/10, "the leak was not seen")
	})
	t.Run("P14 the same frames", func(t *testing.T) {
		for _, p := range silent {
			require.Zero(t, p.unlike(), "%s: %+v", p.name, p.frames["late"])
			require.Len(t, p.frames[p.step], silentTries)
			require.Equal(t, silent[0].prekey, p.prekey, p.name)
		}
		require.NotZero(t, receipts.unlike())
	})
	t.Run("P14 the same times", func(t *testing.T) {
		worst := 0.0
		for _, step := range []string{"call", "knock", "pester", "give up"} {
			for i, p := range silent {
				for _, q := range silent[:i] {
					a, b := p.times(step), q.times(step)
					if len(a) == 0 || len(b) == 0 {
						continue
					}
					d, limit := distance(a, b), differ(len(a), len(b), leakAlpha)
					worst = max(worst, d/limit)
					require.Less(t, d, limit, "%s: %s and %s differ", step, p.name, q.name)
				}
			}
		}
		leak := distance(slow.times("call"), silent[0].times("call"))
		require.Greater(t, leak, differ(leakyTries, silentTries, leakAlpha), "the leak was not seen")
		t.Logf("largest distance %.2f of what tells two apart; the leak of %v has %.2f of 1", worst, leakDelay, leak)
	})
}

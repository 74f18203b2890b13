package call

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var epoch = time.UnixMilli(1_700_000_000_000)

func want(gen uint32) message { return message{kind: kindWant, gen: gen} }

func TestLinkRepeatsWithinHalfASecondToFour(t *testing.T) {
	var l link
	l.send(want(1), epoch)
	var at []time.Duration
	for d := time.Duration(0); d < 16*time.Second; d += 10 * time.Millisecond {
		if len(l.tick(epoch.Add(d))) > 0 {
			at = append(at, d)
		}
	}
	expect := []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 3500 * time.Millisecond, 7500 * time.Millisecond, 11500 * time.Millisecond, 15500 * time.Millisecond}
	if !slices.Equal(at, expect) {
		t.Errorf("repeated at %v, want %v", at, expect)
	}
}

func TestLinkAckStopsRepeating(t *testing.T) {
	var l link
	l.send(want(1), epoch)
	l.send(want(2), epoch)
	l.receive(frame{ack: 1, msg: message{kind: kindAck}}, epoch)
	if again := l.tick(epoch.Add(time.Second)); len(again) != 1 || again[0].seq != 1 {
		t.Fatalf("repeats %v, want only number 1", again)
	}
	l.receive(frame{ack: 2, msg: message{kind: kindAck}}, epoch)
	if again := l.tick(epoch.Add(time.Hour)); again != nil {
		t.Fatalf("repeats %v after everything was acknowledged", again)
	}
}

func TestLastWordsOvertake(t *testing.T) {
	var a, b link
	a.send(want(1), epoch) // lost
	a.send(want(2), epoch) // lost
	bye, _ := a.send(message{kind: kindHangup, why: whyHungUp}, epoch)
	if len(a.unacked) != 1 {
		t.Errorf("%d messages wait for an ack, want only the last words", len(a.unacked))
	}
	if got := b.receive(bye, epoch); len(got) != 1 || got[0].kind != kindHangup {
		t.Fatalf("got %v", got)
	}
	a.receive(b.ack(epoch), epoch)
	if len(a.unacked) != 0 {
		t.Error("the ack of last words does not count")
	}
	if got := b.receive(bye, epoch); got != nil {
		t.Errorf("a copy of last words was delivered: %v", got)
	}
}

func TestLinkIsBounded(t *testing.T) {
	var l link
	for i := range uint32(10_000) {
		l.receive(frame{seq: i + 1, msg: want(i)}, epoch)
		l.send(want(i), epoch)
	}
	if len(l.early) > maxEarly || len(l.unacked) > maxUnacked {
		t.Errorf("holds %d early and %d unacknowledged", len(l.early), len(l.unacked))
	}
	if n := len(l.tick(epoch.Add(time.Hour))); n > maxResend {
		t.Errorf("repeats %d at once", n)
	}
}

// Whatever the path loses, doubles or reorders, everything arrives once and in order.
func TestLinkDeliversOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		loss := rapid.SampledFrom([]float64{0, 0.1, 0.5}).Draw(t, "loss")
		n := rapid.IntRange(1, 60).Draw(t, "messages")
		var a, b link
		var path []frame // from a to b, unordered
		var back []frame
		got, sent := 0, 0
		put := func(q *[]frame, f frame) {
			for range 1 + r.IntN(2) {
				if r.Float64() >= loss {
					*q = append(*q, f)
				}
			}
		}
		take := func(q *[]frame) frame {
			i := r.IntN(len(*q))
			f := (*q)[i]
			*q = slices.Delete(*q, i, i+1)
			return f
		}
		now := epoch
		for step := 0; got < n || len(a.unacked) > 0; step++ {
			if step > 200_000 {
				t.Fatalf("delivered %d of %d", got, n)
			}
			now = now.Add(10 * time.Millisecond)
			if sent < n && r.IntN(3) == 0 {
				f, _ := a.send(want(uint32(sent)), now)
				sent++
				put(&path, f)
			}
			for _, f := range a.tick(now) {
				put(&path, f)
			}
			if len(path) > 0 {
				for _, m := range b.receive(take(&path), now) {
					if m.gen != uint32(got) {
						t.Fatalf("got message %d, want %d", m.gen, got)
					}
					got++
				}
				put(&back, b.ack(now))
			}
			if len(back) > 0 {
				a.receive(take(&back), now)
			}
		}
	})
}

package app

import (
	"errors"
	"slices"
	"testing"
	"time"

	"paravent/app/phone"
)

// ringTime is how long the person of the test lets it ring. What is made ready
// meanwhile says nothing of itself, so that there is nothing to wait for.
const ringTime = 700 * time.Millisecond

// acceptToSound makes a call from a to b and tells how long after Accept each
// side heard the other, and whether b's call sent anything before.
func acceptToSound(t testing.TB, a, b *App, wa, wb *watcher) (at [2]time.Duration, early bool) {
	t.Helper()
	from := [2]int{wa.count(), wb.count()}
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	waitFrom(t, wb, from[1], func(e phone.Incoming) bool { return e.Call == id })
	time.Sleep(ringTime)
	ringing := b.lines.Exposure(id)
	if slices.ContainsFunc(ringing.Traffic, func(f phone.Traffic) bool { return f.Role != "relay" }) {
		t.Errorf("while it rings: %+v", ringing.Traffic)
	}
	if _, err := b.Stats(id); !errors.Is(err, phone.ErrNoSuchCall) {
		t.Errorf("sound before Accept: %v", err)
	}
	if err := b.Answer(id, false); err != nil {
		t.Fatal(err)
	}
	for i, w := range []*watcher{wa, wb} {
		at[i] = waitFrom(t, w, from[i], func(e phone.FirstAudio) bool { return e.Call == id }).Accepted
		if m := waitFrom(t, w, from[i], func(e phone.MediaConnected) bool { return e.Call == id }); m.Route != phone.Relay {
			t.Errorf("connected by %v", m.Route)
		}
	}
	if err := a.Hangup(id); err != nil {
		t.Fatal(err)
	}
	for i, w := range []*watcher{wa, wb} {
		waitFrom(t, w, from[i], func(e phone.ReceiptReady) bool { return e.Receipt.Call == id })
	}
	return at, len(ringing.Traffic) > 0
}

// follow makes each a favourite of the other, with calls made ready or not.
func follow(t testing.TB, phones ...*App) {
	t.Helper()
	for _, p := range phones {
		set(t, p, "calls.preconnect", "true")
		c := p.Contacts()[0]
		c.Favourite = true
		if err := p.PutContact(c); err != nil {
			t.Fatal(err)
		}
	}
}

// P10: a call that was made ready while it rang is relayed, and opened nothing
// before Accept; one that was not sent nothing at all before (P1).
func TestP10ReadyCallIsRelayedAndSilentUntilAccept(t *testing.T) {
	a, b, wa, wb := pairOnline(t)
	if _, early := acceptToSound(t, a, b, wa, wb); early {
		t.Error("a call that nobody made ready sent packets before Accept")
	}
	follow(t, a, b)
	if _, early := acceptToSound(t, a, b, wa, wb); !early {
		t.Error("the call was not made ready while it rang")
	}
}

// BenchmarkAcceptToSound compares a call made ready with one that is not:
// "ratio" is ready to strict, at the callee and at the caller. Each pair of
// phones makes one of each: more would be held back as a flood (P15).
func BenchmarkAcceptToSound(bench *testing.B) {
	var strict, ready [2]time.Duration
	for range bench.N {
		a, b, wa, wb := pairOnline(bench)
		slow, _ := acceptToSound(bench, a, b, wa, wb)
		follow(bench, a, b)
		quick, _ := acceptToSound(bench, a, b, wa, wb)
		for i := range strict {
			strict[i], ready[i] = strict[i]+slow[i], ready[i]+quick[i]
		}
	}
	bench.ReportMetric(float64(ready[1])/float64(strict[1]), "ratio-callee")
	bench.ReportMetric(float64(ready[0])/float64(strict[0]), "ratio-caller")
	bench.ReportMetric(float64(ready[1].Microseconds())/1000/float64(bench.N), "ready-callee-ms")
}

// Both wish a direct path: the call that was made ready begins relayed and goes
// on to it without a question.
func TestP04ReadyCallGoesDirectWhereBothWish(t *testing.T) {
	a, b, wa, wb := pairOnline(t)
	follow(t, a, b)
	for _, p := range []*App{a, b} {
		set(t, p, "privacy.route", `"direct"`)
	}
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(e phone.Incoming) bool { return e.Call == id })
	time.Sleep(ringTime)
	if err := b.Answer(id, false); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*watcher{wa, wb} {
		if m := wait(t, w, func(e phone.MediaConnected) bool { return e.Call == id }); m.Route != phone.Relay {
			t.Errorf("begins by %v", m.Route)
		}
		becomes(t, w, 0, func(c phone.CallInfo) bool { return c.Route == phone.Direct && c.Upgrade == phone.NoUpgrade })
	}
	flows(t, id, a, b)
}

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
// side heard the other.
func acceptToSound(t *testing.T, a, b *App, wa, wb *watcher) (at [2]time.Duration) {
	t.Helper()
	from := [2]int{wa.count(), wb.count()}
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	waitFrom(t, wb, from[1], func(e phone.Incoming) bool { return e.Call == id })
	time.Sleep(ringTime)
	if r := b.lines.Exposure(id); slices.ContainsFunc(r.Traffic, func(f phone.Traffic) bool { return f.Role != "relay" }) {
		t.Errorf("while it rings: %+v", r.Traffic)
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
	return at
}

// follow makes each a favourite of the other, with calls made ready or not.
func follow(t *testing.T, phones ...*App) {
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

// P10: a call that was made ready while it rang is relayed, opened nothing
// before Accept, and sounds sooner after it than one that was not.
func TestP10ReadyCallSoundsSooner(t *testing.T) {
	a, b, wa, wb := pairOnline(t)
	const calls = 3
	middle := func() (m [2]time.Duration) {
		var all [2][]time.Duration
		for range calls {
			for i, d := range acceptToSound(t, a, b, wa, wb) {
				all[i] = append(all[i], d)
			}
		}
		for i := range all {
			slices.Sort(all[i])
			m[i] = all[i][calls/2]
		}
		return m
	}
	strict := middle()
	follow(t, a, b)
	ready := middle()
	t.Logf("Accept to sound, caller and callee, middle of %d: strict %v, made ready %v", calls, strict, ready)
	if ready[1] >= strict[1] {
		t.Errorf("the callee hears after %v, and without being ready after %v", ready[1], strict[1])
	}
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

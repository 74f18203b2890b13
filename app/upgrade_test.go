package app

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"paravent/app/call"
	"paravent/app/phone"
	"paravent/server"
)

// talk brings two acquainted phones into a call.
func talk(t *testing.T, a, b *App, wa, wb *watcher) phone.CallID {
	t.Helper()
	id := confer(t, a, b, wb)
	for _, w := range []*watcher{wa, wb} {
		wait(t, w, func(e phone.FirstAudio) bool { return e.Call == id })
		wait(t, w, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Connected })
	}
	return id
}

// set changes one setting of a phone.
func set(t testing.TB, a *App, key, value string) {
	t.Helper()
	if err := a.SetSetting(key, json.RawMessage(value)); err != nil {
		t.Fatal(err)
	}
}

// becomes waits until a call's snapshot is as wanted, from a place on.
func becomes(t *testing.T, w *watcher, from int, what func(phone.CallInfo) bool) phone.CallInfo {
	t.Helper()
	return waitFrom(t, w, from, func(e phone.CallChanged) bool { return what(e.Call) }).Call
}

// pairOnline opens two phones that know each other, at one server.
func pairOnline(t testing.TB) (a, b *App, wa, wb *watcher) {
	t.Helper()
	s := openServer(t, server.Config{})
	a, wa = openPhone(t, "alice", s.Addr().String())
	b, wb = openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	return a, b, wa, wb
}

// figures are a connected call's, or the test fails.
func figures(t *testing.T, a *App, id phone.CallID) phone.StreamStats {
	t.Helper()
	s, err := a.Stats(id)
	if err != nil {
		t.Fatal(err)
	}
	return s.Audio
}

// flows waits until sound went on in both directions for some packets more.
func flows(t *testing.T, id phone.CallID, phones ...*App) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for _, a := range phones {
		for begin := figures(t, a, id).Received; figures(t, a, id).Received < begin+100; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("no sound")
			}
		}
	}
}

// lostSound is how much sound a phone has had to make up in a call.
func lostSound(t *testing.T, a *App, id phone.CallID) time.Duration {
	t.Helper()
	return time.Duration(figures(t, a, id).Concealed) * time.Second / 48_000
}

// Both agree, the call goes direct and back, and sound goes on meanwhile. A
// busy computer loses sound by itself, as much again as in the same time after
// the moves.
func TestP04UpgradeByConsentAndBack(t *testing.T) {
	a, b, wa, wb := pairOnline(t)
	id := talk(t, a, b, wa, wb)
	flows(t, id, a, b)
	made, start := [2]time.Duration{lostSound(t, a, id), lostSound(t, b, id)}, time.Now()
	from := [2]int{wa.count(), wb.count()}
	if err := a.GoDirect(id); err != nil {
		t.Fatal(err)
	}
	becomes(t, wa, from[0], func(c phone.CallInfo) bool { return c.Upgrade == phone.Asking })
	asked := becomes(t, wb, from[1], func(c phone.CallInfo) bool { return c.Upgrade == phone.Asked })
	if len(asked.WouldShow) == 0 || asked.Route != phone.Relay {
		t.Errorf("asked with %+v", asked)
	}
	if r := b.lines.Exposure(id); r.Route != phone.Relay {
		t.Errorf("before consent: %+v", r)
	}
	begun := time.Now()
	if err := b.GoDirect(id); err != nil {
		t.Fatal(err)
	}
	for i, w := range []*watcher{wa, wb} {
		becomes(t, w, from[i], func(c phone.CallInfo) bool { return c.Route == phone.Direct && c.Upgrade == phone.NoUpgrade })
	}
	t.Logf("agreement to direct on both sides: %v", time.Since(begun))
	flows(t, id, a, b)
	for _, p := range []*App{a, b} {
		if r := p.lines.Exposure(id); r.Route != phone.Direct || len(r.PeerSaw) == 0 {
			t.Errorf("live receipt of the direct call: %+v", r)
		}
	}
	from, begun = [2]int{wa.count(), wb.count()}, time.Now()
	if err := b.GoRelay(id); err != nil { // the callee, who does not offer
		t.Fatal(err)
	}
	for i, w := range []*watcher{wa, wb} {
		becomes(t, w, from[i], func(c phone.CallInfo) bool { return c.Route == phone.Relay && c.Upgrade == phone.NoUpgrade })
	}
	t.Logf("back on the relay on both sides: %v", time.Since(begun))
	flows(t, id, a, b)
	moved := [2]time.Duration{lostSound(t, a, id), lostSound(t, b, id)}
	time.Sleep(time.Since(start))
	for i, p := range []*App{a, b} {
		gap, calm := moved[i]-made[i], lostSound(t, p, id)-moved[i]
		t.Logf("sound made up over both moves: %v, and in the same time without: %v", gap, calm)
		if gap > 300*time.Millisecond+2*calm {
			t.Errorf("%v of sound were lost", gap)
		}
		if r := p.lines.Exposure(id); r.Route != phone.Direct {
			t.Errorf("what was shown is forgotten: %+v", r)
		}
	}
	if err := a.Hangup(id); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*watcher{wa, wb} {
		r := wait(t, w, func(e phone.ReceiptReady) bool { return e.Receipt.Call == id }).Receipt
		if r.Route != phone.Direct || len(r.PeerSaw) == 0 {
			t.Errorf("receipt %+v", r)
		}
	}
}

// Nobody is shown anything unless both agree: refused, forbidden, withdrawn.
func TestP04UpgradeWithoutConsentShowsNothing(t *testing.T) {
	a, b, wa, wb := pairOnline(t)
	id := talk(t, a, b, wa, wb)
	shown := [2]int{len(a.lines.Exposure(id).PeerSaw), len(b.lines.Exposure(id).PeerSaw)}
	ask := func(what string, answer func() error, notice error) {
		from := [2]int{wa.count(), wb.count()}
		if err := a.GoDirect(id); err != nil {
			t.Fatal(what, err)
		}
		if answer != nil {
			becomes(t, wb, from[1], func(c phone.CallInfo) bool { return c.Upgrade == phone.Asked })
			if err := answer(); err != nil {
				t.Fatal(what, err)
			}
		}
		becomes(t, wa, from[0], func(c phone.CallInfo) bool { return c.Upgrade == phone.NoUpgrade })
		if notice != nil {
			waitFrom(t, wa, from[0], func(e phone.Notice) bool { return errors.Is(e.Err, notice) })
		}
	}
	ask("refused", func() error { return b.GoRelay(id) }, call.ErrDirectRefused)
	ask("withdrawn", func() error { return a.GoRelay(id) }, nil)
	set(t, b, "privacy.lockdown", "true")
	ask("forbidden", nil, call.ErrDirectRefused)
	if err := b.GoDirect(id); !errors.Is(err, call.ErrDirectForbidden) {
		t.Errorf("in lockdown: %v", err)
	}
	flows(t, id, a, b)
	for i, p := range []*App{a, b} {
		if r := p.lines.Exposure(id); len(r.PeerSaw) != shown[i] || r.Route != phone.Relay {
			t.Errorf("shown: %+v", r)
		}
	}
}

// Lockdown takes a call that is direct from the start back to the relay.
func TestP04LockdownTakesACallBackToTheRelay(t *testing.T) {
	a, b, wa, wb := pairOnline(t)
	for _, p := range []*App{a, b} {
		set(t, p, "privacy.route", `"direct"`)
	}
	id := talk(t, a, b, wa, wb)
	from := [2]int{wa.count(), wb.count()}
	set(t, a, "privacy.lockdown", "true")
	for i, w := range []*watcher{wa, wb} {
		becomes(t, w, from[i], func(c phone.CallInfo) bool { return c.Route == phone.Relay && c.Upgrade == phone.NoUpgrade })
	}
	flows(t, id, a, b)
}

package app

import (
	"sync/atomic"
	"testing"
	"time"

	"paravent/app/phone"
	"paravent/media/device"
)

// quietSpeaker counts how many of it play.
type quietSpeaker struct{ playing *atomic.Int32 }

func (s quietSpeaker) Start(func([]int16), func(error)) error { s.playing.Add(1); return nil }
func (s quietSpeaker) Stop()                                  { s.playing.Add(-1) }
func (s quietSpeaker) Latency() time.Duration                 { return 0 }
func (s quietSpeaker) Acoustic() bool                         { return true }
func (s quietSpeaker) Close() error                           { return nil }

func TestOnlyItsOwnCallStopsTheRinging(t *testing.T) {
	var playing atomic.Int32
	r := newRinger(func() (device.Speaker, error) { return quietSpeaker{&playing}, nil })
	expect := func(when string, want int32) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); playing.Load() != want; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: %d play, want %d", when, playing.Load(), want)
			}
		}
	}
	rings := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.playing != nil
	}
	older, newer := phone.NewCallID(), phone.NewCallID()
	r.start(older, ringBack)
	expect("one rings", 1)
	r.start(newer, ringIncoming)
	expect("another takes its place", 1)
	r.stop(older)
	r.stop(phone.NewCallID())
	if !rings() {
		t.Error("the end of another call silenced the ring")
	}
	r.stop(newer)
	expect("its own end", 0)
	r.start(newer, ringIncoming)
	expect("again", 1)
	r.silence()
	expect("all quiet", 0)
}

// A wrong id refuses; it does not silence what really rings.
func TestWrongIDLeavesTheRing(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	var playing atomic.Int32
	a.ringer = newRinger(func() (device.Speaker, error) { return quietSpeaker{&playing}, nil })
	a.ringer.start(phone.NewCallID(), ringIncoming)
	for _, act := range []func(phone.CallID) error{a.Decline, func(id phone.CallID) error { return a.Answer(id, false) }} {
		if err := act(phone.NewCallID()); phone.CodeOf(err) != "no-such-call" {
			t.Error(err)
		}
	}
	a.ringer.mu.Lock()
	defer a.ringer.mu.Unlock()
	if a.ringer.playing == nil {
		t.Error("silenced")
	}
}

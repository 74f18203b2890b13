package selftest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"paravent/app/hostile"
	"paravent/app/phone"
	"paravent/server"
)

// nextMalformed gives one malformed description after the other.
func nextMalformed() func(hostile.Kind, string) string {
	var texts []string
	for _, text := range hostile.Malformed() {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	var n atomic.Int64
	return func(hostile.Kind, string) string { return texts[int(n.Add(1)-1)%len(texts)] }
}

// Counts of the attacks.
const (
	refused  = "malformed descriptions that ended their call"
	rung     = "rings of the flood"
	floodOf  = "knocks of the flood"
	answers  = "answers to the flood"
	hangupMS = "milliseconds that hanging up took in the flood"
	askedOf  = "forbidden places asked of the relay"
)

// malformed calls the peer once for each malformed answer.
func malformed(ctx context.Context, w *world, t *trial) error {
	t.placed = time.Now()
	t.accepted = t.placed
	for range hostile.Malformed() {
		var err error
		if t.call, err = w.phone.Call(t.peer.Address(), false); err != nil {
			t.failed("calling: %v", err)
			return nil
		}
		e, err := w.awaitEnded(ctx, t)
		if err != nil {
			_ = w.phone.Hangup(t.call)
			t.failed("a malformed answer did not end the call")
			return ctx.Err()
		}
		if e.Err != nil && phone.CodeOf(e.Err) != "internal" {
			t.counts[refused]++
		} else {
			t.notes = append(t.notes, fmt.Sprintf("%v %v", e.Reason, e.Err))
		}
	}
	return nil
}

// refusedCall calls the peer, and the call must come to nothing.
func refusedCall(ctx context.Context, w *world, t *trial) error {
	t.placed = time.Now()
	t.accepted = t.placed
	var err error
	if t.call, err = w.phone.Call(t.peer.Address(), false); err != nil {
		t.failed("calling: %v", err)
		return nil
	}
	err = within(ctx, func(ctx context.Context) error {
		_, err := await(ctx, w.events, func(e phone.CallChanged) bool {
			return e.Call.ID == t.call && (e.Call.State == phone.Ended || e.Call.State == phone.Connected)
		})
		return err
	})
	if w.phone.Hangup(t.call) == nil || err != nil {
		t.notes = append(t.notes, "the call went on")
	}
	return w.awaitEnd(ctx, t)
}

// relayDown calls while the relay cannot be reached. The connection to the
// server stands.
func relayDown(ctx context.Context, w *world, t *trial) error {
	if t.route != phone.Relay {
		t.skipped = "no call needs the relay under these settings"
		return nil
	}
	w.watch.cut(true)
	defer w.watch.cut(false)
	return refusedCall(ctx, w, t)
}

// probeRelay asks the relay for the way into places where no peer lives.
func probeRelay(ctx context.Context, _ *world, t *trial) error {
	t.placed = time.Now()
	asked, opened, err := t.peer.ProbeRelay(ctx)
	if err != nil {
		t.failed("the relay could not be asked: %v", err)
	}
	t.counts[askedOf], t.notes = asked, opened
	return ctx.Err()
}

// otherServer calls somebody on another server.
func otherServer(ctx context.Context, w *world, t *trial) (err error) {
	other, err := server.Open(ctx, server.Config{NoRelay: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	p, err := hostile.Open(ctx, hostile.Config{Server: other.Addr(), Name: "check elsewhere"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	t.placed = time.Now()
	t.accepted = t.placed
	if t.call, err = w.phone.Call(p.Address(), false); err != nil {
		t.failed("calling: %v", err)
		return nil
	}
	heard := within(ctx, func(ctx context.Context) error {
		return p.Await(ctx, func() bool { return p.Log().Has(t.call, hostile.Propose) })
	})
	if heard != nil {
		t.failed("the call did not reach the other server: %s", w.end(t.call))
	}
	_ = w.phone.Hangup(t.call) // over already where it failed
	t.notes = append(t.notes, other.Addr().HostPort)
	return ctx.Err()
}

// knocks is more than a phone may ring, and what it opens in a second or two.
const knocks = 120

// flood knocks without end while the person talks, who then hangs up.
func flood(ctx context.Context, w *world, t *trial) error {
	friend, _ := admitted(w.cfg.Settings)
	talker, err := w.peer(ctx, "check talker", friend, hostile.Script{Answer: true})
	if err != nil {
		return err
	}
	talk := &trial{name: t.name, who: friend, peer: talker, counts: map[string]int{}}
	if err := w.place(ctx, talk, talker.Address()); err != nil {
		return err
	}
	other, err := w.peer(ctx, "check flooder", friend, hostile.Script{})
	if err != nil {
		return err
	}
	before := count(w.events, func(phone.Incoming) bool { return true })
	t.placed = time.Now()
	if err := errors.Join(t.peer.Flood(w.phone.Self().Address, knocks), other.Flood(w.phone.Self().Address, knocks/2)); err != nil {
		t.failed("the peer could not flood: %v", err)
	}
	if err := settle(ctx, settleTime/2); err != nil {
		return err
	}
	begun := time.Now()
	if err := w.phone.Hangup(talk.call); err != nil {
		t.failed("hanging up: %v", err)
	}
	t.ended, t.call, t.up = time.Now(), talk.call, talk.up
	t.counts[hangupMS] = int(t.ended.Sub(begun).Milliseconds())
	// Nobody talks now: the rest may ring.
	if err := other.Flood(w.phone.Self().Address, knocks/2); err != nil {
		t.failed("the peer could not flood: %v", err)
	}
	if err := settle(ctx, 2*settleTime); err != nil {
		return err
	}
	t.notes = late(talker, t.ended)
	t.counts[floodOf] = 2 * knocks
	t.counts[rung] = count(w.events, func(phone.Incoming) bool { return true }) - before
	t.counts[answers] = len(t.peer.Log().Messages())
	if talk.problem != "" {
		t.failed("%s", talk.problem)
	}
	return nil
}

// Sound that comes later than stopTime after the end of a call was on its way,
// or the phone goes on: then much of it comes, a hundred packets a second.
const (
	stopTime = 100 * time.Millisecond
	onItsWay = 10
)

// late tells of sound that came too long after the end.
func late(p *hostile.Peer, ended time.Time) (list []string) {
	if n := p.Log().MediaAfter(ended.Add(stopTime)); n > onItsWay {
		list = append(list, fmt.Sprintf("%d packets of media later than %v after hanging up", n, stopTime))
	}
	return list
}

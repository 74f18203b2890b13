package app

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"paravent/app/call"
	"paravent/app/courier"
	"paravent/app/phone"
	"paravent/app/seal"
	"paravent/app/signal"
	"paravent/server"
)

// Whoever is told that a phone is online can ring it at once.
func TestOnlineMeansThatOthersCanKnock(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	for range 5 {
		b, wb := openPhone(t, "bob", s.Addr().String()) // returns at the first ServerChanged online
		if e := wait(t, wb, func(phone.ServerChanged) bool { return true }); !e.Online || e.Address == "" || e.Server == "" {
			t.Errorf("first word about the server: %+v", e)
		}
		if _, err := a.link.client.FetchPrekey(t.Context(), b.link.client.Self()); err != nil {
			t.Errorf("no prekey: %v", err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatAnOldConnectionSaysIsNotHeard(t *testing.T) {
	s := openServer(t, server.Config{})
	a, w := openPhone(t, "alice", s.Addr().String())
	old := a.link.client
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	a.serverState(old, false, signal.ErrServerUnreachable)
	a.published(old, nil)
	wait(t, w, func(e phone.ServerChanged) bool { return e.Online && a.Self().Online })
	a.events.flush(flushLimit)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.seen {
		if c, ok := e.(phone.ServerChanged); ok && !c.Online {
			t.Errorf("told %+v", c)
		}
	}
}

// A prekey that cannot be published does not keep the person from calling.
func TestOnlineWithoutPublishedPrekey(t *testing.T) {
	s := openServer(t, server.Config{})
	a, w := openPhone(t, "alice", s.Addr().String())
	client := a.link.client
	a.courier.Attach(nil) // its own word does not come
	a.serverState(client, false, signal.ErrServerUnreachable)
	a.serverState(client, true, nil)
	if a.Self().Online {
		t.Error("online before the courier tried")
	}
	a.published(client, signal.ErrServiceOff)
	if !a.Self().Online {
		t.Error("offline though the server is there")
	}
	wait(t, w, func(e phone.ServerChanged) bool { return !e.Online })
	a.courier.Attach(client)
}

func TestProblemsThatOthersCauseAreNotTold(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	w := watch(t, a)
	for _, err := range []error{courier.ErrNoCall, courier.ErrOverload, courier.ErrWrongPeer, seal.ErrReplayed} {
		a.problem(err)
	}
	a.problem(seal.ErrForged)
	a.problem(phone.ErrDiskFull)
	a.events.flush(flushLimit)
	w.mu.Lock()
	defer w.mu.Unlock()
	want := []phone.Notice{{Err: seal.ErrForged, Passing: true}, {Err: phone.ErrDiskFull}}
	if len(w.seen) != len(want) || w.seen[0] != want[0] || w.seen[1] != want[1] {
		t.Errorf("told %v", w.seen)
	}
}

// propose makes a call of a that nobody hears: b does not know a.
func propose(t *testing.T, a, b *App, w *watcher) phone.CallID {
	t.Helper()
	id, err := a.Call(b.Self().Address, false)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, w, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Proposing })
	return id
}

func TestUndeliverableProposalEndsTheCallWithItsReason(t *testing.T) {
	s := openServer(t, server.Config{})
	a, w := openPhone(t, "alice", s.Addr().String())
	b, _ := openPhone(t, "bob", s.Addr().String())
	if err := a.SetSetting("privacy.route", json.RawMessage(`"direct"`)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		err    error
		times  int
		reason phone.EndReason
	}{
		{signal.ErrServerRefused, 1, phone.ServerUnreachable},
		{signal.ErrServiceOff, 1, phone.ServerUnreachable},
		{signal.ErrTooBig, 1, phone.NegotiationFailed},
		{signal.ErrUnknownAddress, 1, phone.Unreachable},
		{signal.ErrRateLimited, maxLimited, phone.ServerUnreachable},
	} {
		id := propose(t, a, b, w)
		for range row.times {
			if s, _ := a.calls.Snapshot(id); s.State != phone.Proposing {
				t.Errorf("%v: ended too early", row.err)
			}
			a.undeliverable(id, row.err)
		}
		end := wait(t, w, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Ended })
		if end.Call.Reason != row.reason || !errors.Is(end.Call.Err, row.err) {
			t.Errorf("%v: ended by %v, %v", row.err, end.Call.Reason, end.Call.Err)
		}
		wait(t, w, func(e phone.ReceiptReady) bool { return e.Receipt.Call == id })
	}
}

// A server that is away is told as such, and not as a relay that is down.
func TestServerAwayIsNotTheRelaysFault(t *testing.T) {
	s := openServer(t, server.Config{})
	a, w := openPhone(t, "alice", s.Addr().String())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wait(t, w, func(e phone.ServerChanged) bool { return !e.Online })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := a.relays(ctx)
	if phone.CodeOf(err) != "server-unreachable" || reasonOf(err) != phone.ServerUnreachable {
		t.Errorf("%v: %v", err, reasonOf(err))
	}
}

func TestEndIsToldBeforeWhatFollows(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	w := watch(t, a)
	rang := call.Snapshot{ID: phone.NewCallID(), State: phone.Ended, Reason: phone.Missed, Started: time.Now()}
	observer{a}.Ended(rang)
	observer{a}.Missed(call.MissedCall{Call: rang.ID, At: rang.Started, Why: call.Unanswered})
	a.ending.Wait()
	a.events.flush(flushLimit)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) != 4 {
		t.Fatalf("saw %+v", w.seen)
	}
	_, missed := w.seen[1].(phone.CallMissed)
	receipt, _ := w.seen[2].(phone.ReceiptReady)
	if end, _ := w.seen[0].(phone.CallChanged); end.Call.ID != rang.ID || !missed || receipt.Receipt.Call != rang.ID {
		t.Errorf("order %+v", w.seen)
	}
}

func TestWishFollowsTheSettings(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	for choice, want := range map[string]phone.Route{"direct": phone.Direct, "relay": phone.Relay} {
		if err := a.SetSetting("privacy.route", json.RawMessage(`"`+choice+`"`)); err != nil {
			t.Fatal(err)
		}
		if got := (policy{a}).Wish(call.Party{ID: "c0"}); got != want {
			t.Errorf("%s: %v", choice, got)
		}
	}
}

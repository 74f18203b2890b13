package app

import (
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paravent/app/call"
	"paravent/app/people"
	"paravent/app/phone"
	"paravent/settings"
)

// pastPhone opens a phone that reaches for nothing; heard tells its events
// after Close.
func pastPhone(t *testing.T) (a *App, heard func() []phone.Event) {
	t.Helper()
	a, err := Open(Options{Profile: t.TempDir(), Name: "me", Unattended: true, Microphone: "silence", Speaker: "null", Camera: "off"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	var events []phone.Event
	a.Subscribe(func(e phone.Event) { events = append(events, e) })
	return a, func() []phone.Event {
		t.Helper()
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		return events
	}
}

func missedFrom(c phone.Contact) call.MissedCall {
	return call.MissedCall{Call: phone.NewCallID(), From: call.Party{ID: call.PeerID(c.ID), Address: c.Address}, Name: c.Name, At: time.Now(), Why: call.CameLate}
}

func somebody(t *testing.T, a *App, name string, blocked bool) phone.Contact {
	t.Helper()
	c := phone.Contact{ID: idOf(name), Name: name, Blocked: blocked}
	if err := a.PutContact(c); err != nil {
		t.Fatal(err)
	}
	return c
}

// idOf is a well-formed identity key.
func idOf(name string) string {
	id := slices.Repeat([]byte("0"), 64)
	for i, b := range []byte(name) {
		id[i] = '0' + b%10
	}
	return string(id)
}

func count[E phone.Event](events []phone.Event) (n int) {
	for _, e := range events {
		if _, ok := e.(E); ok {
			n++
		}
	}
	return n
}

// Somebody who was blocked after they were let ring, and before it was
// written down, leaves no trace.
func TestBlockedPeopleLeaveNoNewTrace(t *testing.T) {
	a, heard := pastPhone(t)
	o := observer{a}
	o.Missed(missedFrom(somebody(t, a, "Ann", false)))
	o.Missed(missedFrom(somebody(t, a, "Eve", true)))
	rang := missedFrom(somebody(t, a, "Eve", true))
	rang.Why = call.Unanswered
	o.Missed(rang)
	a.ended(call.Snapshot{ID: rang.Call, Peer: rang.From, State: phone.Ended, Reason: phone.Cancelled})
	if h := a.History(0); len(h) != 1 || h[0].Peer.Name != "Ann" || a.Unseen() != 1 {
		t.Errorf("history %+v, %d unseen", h, a.Unseen())
	}
	if n := count[phone.CallMissed](heard()); n != 1 {
		t.Errorf("%d missed calls were told", n)
	}
}

// What was talked stays written, also where the person was blocked in the call.
func TestCallThatConnectedIsKeptThoughBlocked(t *testing.T) {
	a, _ := pastPhone(t)
	eve, now := somebody(t, a, "Eve", true), time.Now()
	a.ended(call.Snapshot{
		ID: phone.NewCallID(), Peer: call.Party{ID: call.PeerID(eve.ID)}, State: phone.Ended, Reason: phone.HungUp,
		Started: now, ConnectedAt: now, EndedAt: now.Add(time.Second),
	})
	if h := a.History(0); len(h) != 1 || h[0].Receipt == nil {
		t.Errorf("history %+v", h)
	}
}

// The choice holds as soon as it is made, and at the next start.
func TestHistoryFollowsTheChoice(t *testing.T) {
	a, heard := pastPhone(t)
	ann := somebody(t, a, "Ann", false)
	old := missedFrom(ann)
	old.At = time.Now().AddDate(0, 0, -8)
	observer{a}.Missed(old)
	observer{a}.Missed(missedFrom(ann))
	if err := a.SetSetting("history.keep", []byte(`"7d"`)); err != nil {
		t.Fatal(err)
	}
	if n := len(a.History(0)); n != 1 {
		t.Errorf("%d entries after a week", n)
	}
	if err := a.SetSetting("history.keep", []byte(`"never"`)); err != nil {
		t.Fatal(err)
	}
	if n := len(a.History(0)); n != 0 {
		t.Errorf("%d entries where nothing is kept", n)
	}
	observer{a}.Missed(missedFrom(ann))
	if n := a.Unseen(); n != 1 {
		t.Errorf("%d unseen", n)
	}
	profile := a.opts
	if n := count[phone.CallMissed](heard()); n != 3 {
		t.Errorf("%d missed calls were told", n)
	}
	b, err := Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	observer{b}.Missed(missedFrom(ann))
	if b.Unseen() != 1 || len(b.History(0)) != 1 {
		t.Errorf("%+v after a restart", b.History(0))
	}
}

func TestHistoryKeepsTheNamesOfRemovedPeople(t *testing.T) {
	a, _ := pastPhone(t)
	ann := somebody(t, a, "Ann", false)
	observer{a}.Missed(missedFrom(ann))
	ann.Name = "Annette"
	if err := a.PutContact(ann); err != nil || a.History(0)[0].Peer.Name != "Annette" {
		t.Errorf("%v: %+v", err, a.History(0))
	}
	if err := a.RemoveContact(ann.ID); err != nil {
		t.Fatal(err)
	}
	if p := a.HistoryWith(ann.ID, 1)[0].Peer; p.Name != "Ann" || p.Contact {
		t.Errorf("%+v", p)
	}
}

func TestDeletedHistoryComesBack(t *testing.T) {
	a, heard := pastPhone(t)
	for range 3 {
		observer{a}.Missed(missedFrom(somebody(t, a, "Ann", false)))
	}
	before := a.History(0)
	if err := a.DeleteHistory(before[1].ID); err != nil || len(a.HistoryWith(idOf("Ann"), 0)) != 2 {
		t.Errorf("%v, left %+v", err, a.History(0))
	}
	if err := a.ClearHistory(); err != nil || len(a.History(0)) != 0 || a.Unseen() != 0 {
		t.Errorf("%v, left %+v", err, a.History(0))
	}
	if err := a.RestoreHistory(before...); err != nil || len(a.History(0)) != 3 || a.Unseen() != 3 {
		t.Errorf("%v, back are %+v", err, a.History(0))
	}
	for range 2 {
		if err := a.MarkSeen(); err != nil || a.Unseen() != 0 {
			t.Errorf("%v, %d unseen", err, a.Unseen())
		}
	}
	if n := count[phone.HistoryChanged](heard()); n != 3+1+1+1+1 { // the second MarkSeen is no news
		t.Errorf("%d changes were told", n)
	}
}

// A phone that runs for months forgets all the while.
func TestHistoryIsSweptWhileRunning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.db")
	synctest.Test(t, func(t *testing.T) {
		store, notice, err := people.Open(path, [32]byte{1})
		if err != nil || notice != nil {
			t.Fatal(err, notice)
		}
		var told atomic.Int32
		s := sweeper{
			keep:   func() settings.HistoryKeep { return settings.Keep7Days },
			retain: store.RetainHistory,
			emit:   func(phone.Event) { told.Add(1) },
		}
		if _, err := store.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall, At: time.Now(), Outgoing: true}); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		go s.run(stop)
		time.Sleep(7*24*time.Hour - time.Minute)
		synctest.Wait()
		if n := len(store.History(0)); n != 1 || told.Load() != 0 {
			t.Errorf("%d entries within the week, %d events", n, told.Load())
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := len(store.History(0)); n != 0 || told.Load() != 1 {
			t.Errorf("%d entries after the week, %d events", n, told.Load())
		}
		close(stop)
		synctest.Wait()
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

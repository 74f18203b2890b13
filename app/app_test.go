package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"paravent/app/phone"
	"paravent/server"
)

// watcher collects a phone's events and waits for some.
type watcher struct {
	mu   sync.Mutex
	seen []phone.Event
	more chan struct{}
}

func watch(t testing.TB, a *App) *watcher {
	t.Helper()
	w := &watcher{more: make(chan struct{})}
	cancel := a.Subscribe(func(e phone.Event) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, e)
		close(w.more)
		w.more = make(chan struct{})
	})
	t.Cleanup(cancel)
	return w
}

// wait returns the first event, seen or to come, for which match holds.
func wait[E phone.Event](t testing.TB, w *watcher, match func(E) bool) E {
	t.Helper()
	return waitFrom(t, w, 0, match)
}

// count is how many events came so far, a place for waitFrom to begin.
func (w *watcher) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.seen)
}

// waitFrom is wait for events from a place on.
func waitFrom[E phone.Event](t testing.TB, w *watcher, from int, match func(E) bool) E {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		for ; from < len(w.seen); from++ {
			if e, ok := w.seen[from].(E); ok && match(e) {
				w.mu.Unlock()
				return e
			}
		}
		more := w.more
		w.mu.Unlock()
		select {
		case <-more:
		case <-deadline:
			var want E
			t.Fatalf("no %T; saw %+v", want, w.seen)
		}
	}
}

func openServer(t testing.TB, cfg server.Config) *server.Server {
	t.Helper()
	s, err := server.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// openPhone opens a phone whose devices are generators, online at addr.
func openPhone(t testing.TB, name, addr string) (*App, *watcher) {
	t.Helper()
	a, err := Open(Options{Profile: filepath.Join(t.TempDir(), name), Name: name, Server: addr, Unattended: true,
		Microphone: "tone:440", Speaker: "null", Camera: "pattern", Screen: "null"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	w := watch(t, a)
	small := []byte(`320`) // a small picture leaves the race detector time
	if err := errors.Join(a.SetSetting("video.width", small), a.SetSetting("video.height", json.RawMessage(`240`))); err != nil {
		t.Fatal(err)
	}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, w, func(e phone.ServerChanged) bool { return e.Online })
	return a, w
}

// acquaint makes each a contact of the other.
func acquaint(t testing.TB, a, b *App) {
	t.Helper()
	_, err1 := a.AddContact("B", b.Self().Address)
	_, err2 := b.AddContact("A", a.Self().Address)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
}

func packetsByRole(r phone.Receipt) map[string]uint64 {
	sum := map[string]uint64{}
	for _, f := range r.Traffic {
		sum[f.Role] += f.Packets
	}
	return sum
}

func TestTwoPhonesCallByBothRoutes(t *testing.T) {
	s := openServer(t, server.Config{})
	for _, route := range []phone.Route{phone.Relay, phone.Direct} {
		t.Run(route.String(), func(t *testing.T) {
			a, wa := openPhone(t, "alice", s.Addr().String())
			b, wb := openPhone(t, "bob", s.Addr().String())
			acquaint(t, a, b)
			for _, p := range []*App{a, b} {
				if err := p.SetSetting("privacy.route", json.RawMessage(`"`+route.String()+`"`)); err != nil {
					t.Fatal(err)
				}
			}
			id, err := a.Call("B", true)
			if err != nil {
				t.Fatal(err)
			}
			ring := wait(t, wb, func(e phone.Incoming) bool { return e.Call == id })
			if ring.From.Name != "A" || !ring.From.Contact || !ring.Video {
				t.Errorf("incoming %+v", ring)
			}
			if err := b.Answer(id, true); err != nil {
				t.Fatal(err)
			}
			for _, w := range []*watcher{wa, wb} {
				if m := wait(t, w, func(e phone.MediaConnected) bool { return e.Call == id }); m.Route != route {
					t.Errorf("route %v, want %v", m.Route, route)
				}
				wait(t, w, func(e phone.FirstAudio) bool { return e.Call == id })
				wait(t, w, func(e phone.StatsSampled) bool { return e.Stats.Video.RecvFPS > 0 && e.Stats.Audio.Received > 0 })
			}
			if err := a.Mute(id, true, true); err != nil {
				t.Fatal(err)
			}
			wait(t, wb, func(e phone.CallChanged) bool { return e.Call.PeerMuted && e.Call.PeerCameraOff })
			if err := a.Hangup(id); err != nil {
				t.Fatal(err)
			}
			for w, reason := range map[*watcher]phone.EndReason{wa: phone.HungUp, wb: phone.RemoteHungUp} {
				wait(t, w, func(e phone.CallChanged) bool { return e.Call.State == phone.Ended && e.Call.Reason == reason })
				r := wait(t, w, func(e phone.ReceiptReady) bool { return e.Receipt.Call == id }).Receipt
				if r.Route != route || len(r.PeerSaw) == 0 || r.Hidden {
					t.Errorf("receipt %+v: the relay is this computer and hides nothing", r)
				}
				if roles := packetsByRole(r); roles["other"] > 0 || (roles["peer"] > 0) != (route == phone.Direct) || roles["relay"]+roles["peer"] < 50 {
					t.Errorf("by %v the sockets sent %v", route, r.Traffic)
				}
			}
			if h := a.History(0); len(h) != 1 || h[0].Peer.Name != "B" || h[0].Lasted <= 0 || h[0].Receipt == nil {
				t.Errorf("history %+v", h)
			}
		})
	}
}

// P4: the stricter side wins, whoever calls.
func TestP04StricterSideWinsBetweenPhones(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	if err := b.SetSetting("privacy.route", json.RawMessage(`"direct"`)); err != nil { // a keeps relay
		t.Fatal(err)
	}
	for _, caller := range []*App{a, b} {
		callee, w, name := b, wb, "B"
		if caller == b {
			callee, w, name = a, wa, "A"
		}
		id, err := caller.Call(name, false)
		if err != nil {
			t.Fatal(err)
		}
		wait(t, w, func(e phone.Incoming) bool { return e.Call == id })
		if err := callee.Answer(id, false); err != nil {
			t.Fatal(err)
		}
		for _, w := range []*watcher{wa, wb} {
			if m := wait(t, w, func(e phone.MediaConnected) bool { return e.Call == id }); m.Route != phone.Relay {
				t.Errorf("route %v", m.Route)
			}
		}
		if err := caller.Hangup(id); err != nil {
			t.Fatal(err)
		}
		for _, w := range []*watcher{wa, wb} {
			wait(t, w, func(e phone.ReceiptReady) bool { return e.Receipt.Call == id })
		}
	}
}

// P9: with the relay down nothing rings and nothing is tried instead.
func TestP09RelayDownEndsTheCallBeforeItRings(t *testing.T) {
	s := openServer(t, server.Config{NoRelay: true})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	begun := time.Now()
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	end := wait(t, wa, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Ended })
	if end.Call.Reason != phone.RelayUnavailable || phone.CodeOf(end.Call.Err) != "relay-unavailable" {
		t.Errorf("ended by %v: %v", end.Call.Reason, end.Call.Err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	b.events.flush(flushLimit)
	wb.mu.Lock()
	defer wb.mu.Unlock()
	for _, e := range wb.seen {
		if _, rang := e.(phone.Incoming); rang {
			t.Error("it rang")
		}
	}
}

// P13: who is not in the audience gets no reply, and the call is a quiet line
// in the history.
func TestP13StrangerIsSilenced(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	id, err := a.Call(b.Self().Address, false)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(phone.HistoryChanged) bool { return true })
	if h := b.History(0); len(h) != 1 || !h[0].Silenced {
		t.Fatalf("history %+v", h)
	}
	for b.courier.Stats().Dropped == 0 { // the proposal is repeated, and no call wants it
		time.Sleep(10 * time.Millisecond)
	}
	if err := a.Hangup(id); err != nil {
		t.Fatal(err)
	}
	b.events.flush(flushLimit)
	wb.mu.Lock()
	for _, e := range wb.seen {
		if n, told := e.(phone.Notice); told {
			t.Errorf("a silenced caller made the phone say %v", n.Err)
		}
	}
	wb.mu.Unlock()
	end := wait(t, wa, func(e phone.CallChanged) bool { return e.Call.State == phone.Ended })
	if end.Call.Reason != phone.Cancelled {
		t.Errorf("reason %v", end.Call.Reason)
	}
	wa.mu.Lock()
	defer wa.mu.Unlock()
	for _, e := range wa.seen {
		if c, ok := e.(phone.CallChanged); ok && c.Call.State == phone.Alerting {
			t.Error("the stranger learned that somebody is there")
		}
	}
}

func TestMissedCallWaitsInTheMailbox(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	dir := filepath.Join(t.TempDir(), "bob")
	opts := Options{Profile: dir, Name: "bob", Server: s.Addr().String(), Unattended: true, Microphone: "silence", Speaker: "null", Camera: "off"}
	b, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	wb := watch(t, b)
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(e phone.ServerChanged) bool { return e.Online })
	acquaint(t, a, b)
	waitPrekey(t, a, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, wa, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Proposing })
	time.Sleep(300 * time.Millisecond) // let the proposal reach the mailbox
	if err := a.Hangup(id); err != nil {
		t.Fatal(err)
	}
	wait(t, wa, func(e phone.ReceiptReady) bool { return e.Receipt.Call == id })
	if b, err = Open(opts); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	wb = watch(t, b)
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	missed := wait(t, wb, func(phone.CallMissed) bool { return true })
	if missed.From.Name != "A" || !missed.From.Contact {
		t.Errorf("missed %+v", missed)
	}
}

// waitPrekey waits until b can be knocked at.
func waitPrekey(t *testing.T, a, b *App) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := a.link.client.FetchPrekey(ctx, b.link.client.Self())
		cancel()
		if err == nil {
			return
		}
	}
	t.Fatal("no prekey")
}

func TestServerDownIsSaidAndRetried(t *testing.T) {
	dir := t.TempDir()
	s := openServer(t, server.Config{Dir: dir})
	addr := s.Addr()
	_, wa := openPhone(t, "alice", addr.String())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	off := wait(t, wa, func(e phone.ServerChanged) bool { return !e.Online && e.Err != nil })
	if phone.CodeOf(off.Err) != "server-unreachable" {
		t.Errorf("code %s: %v", phone.CodeOf(off.Err), off.Err)
	}
}

func TestBadOptionsAreRefusedBeforeAnythingOpens(t *testing.T) {
	notWav := filepath.Join(t.TempDir(), "x.wav")
	if err := os.WriteFile(notWav, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		opts Options
		code string
	}{
		{Options{Server: "nowhere"}, "bad-server-address"},
		{Options{Microphone: "file:" + notWav}, "wav-unreadable"},
		{Options{Microphone: "trumpet"}, "device-bad-name"},
		{Options{Speaker: "file:"}, "device-bad-name"},
		{Options{Camera: "file:" + notWav}, "y4m-unreadable"},
		{Options{Screen: "wall"}, "device-bad-name"},
	} {
		row.opts.Profile = filepath.Join(t.TempDir(), "p")
		_, err := Open(row.opts)
		if phone.CodeOf(err) != row.code {
			t.Errorf("%+v: %s (%v), want %s", row.opts, phone.CodeOf(err), err, row.code)
		}
		if _, err := os.Stat(row.opts.Profile); err == nil {
			t.Errorf("%+v: the profile was made", row.opts)
		}
	}
}

func TestBrokenSettingsAreKeptAsideWithANotice(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "settings.json"), []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := Open(Options{Profile: dir, Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	w := watch(t, a)
	if err := a.Start(); !errors.Is(err, ErrNoServer) {
		t.Errorf("start: %v", err)
	}
	wait(t, w, func(e phone.Notice) bool { return phone.CodeOf(e.Err) == "settings-broken" })
	aside, err := filepath.Glob(filepath.Join(dir, "settings.json.broken-*"))
	if err != nil || len(aside) != 1 {
		t.Errorf("aside %v %v", aside, err)
	}
}

func TestCallRefusals(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	b, _ := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	blocked, err := a.FindContact("B")
	if err != nil {
		t.Fatal(err)
	}
	blocked.Blocked = true
	if err := a.PutContact(blocked); err != nil {
		t.Fatal(err)
	}
	for to, code := range map[string]string{
		"nobody": "contact-not-found", "paravent:x": "bad-address", "B": "contact-blocked-by-you", a.Self().Address: "call-own-address",
	} {
		if _, err := a.Call(to, false); phone.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", to, err, code)
		}
	}
	if _, err := a.AddContact("me", a.Self().Address); phone.CodeOf(err) != "contact-is-yourself" {
		t.Errorf("own contact: %v", err)
	}
	if err := a.SetSetting("calls.enabled", json.RawMessage("false")); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Call("B", false); phone.CodeOf(err) != "calls-switched-off" {
		t.Errorf("switched off: %v", err)
	}
}

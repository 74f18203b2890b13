package app

import (
	"errors"
	"testing"

	"paravent/app/phone"
	"paravent/server"
	"paravent/settings"
)

// safe waits for a call with safety words by a route, and returns them.
func safe(t *testing.T, w *watcher, id phone.CallID, r phone.Route) [4]byte {
	t.Helper()
	return wait(t, w, func(e phone.CallChanged) bool {
		return e.Call.ID == id && e.Call.State == phone.Connected && e.Call.Route == r && e.Call.Upgrade == phone.NoUpgrade &&
			e.Call.Safety.State == phone.SafetyReady
	}).Call.Safety.Code
}

// confer has b answer a call of a.
func confer(t *testing.T, a, b *App, wb *watcher, consents ...phone.Consent) phone.CallID {
	t.Helper()
	id, err := a.Call("B", false, consents...)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(e phone.Incoming) bool { return e.Call == id })
	if err := b.Answer(id, false, consents...); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSafetyWordsOfTwoPhones(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	id := confer(t, a, b, wb)
	relayed := safe(t, wa, id, phone.Relay)
	if got := safe(t, wb, id, phone.Relay); got != relayed {
		t.Errorf("%v here, %v there", relayed, got)
	}
	if err := a.GoDirect(id); err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(e phone.CallChanged) bool { return e.Call.Upgrade == phone.Asked })
	if err := b.GoDirect(id); err != nil {
		t.Fatal(err)
	}
	direct := safe(t, wa, id, phone.Direct)
	if got := safe(t, wb, id, phone.Direct); got != direct || direct == relayed {
		t.Errorf("direct: %v here, %v there, relayed %v", direct, got, relayed)
	}
	// Differing words take the call off the direct path at once.
	if err := a.Distrust("B"); err != nil {
		t.Fatal(err)
	}
	wait(t, wa, func(e phone.CallChanged) bool { return e.Call.Trust == phone.Changed && e.Call.Route == phone.Relay })
	if err := a.GoDirect(id); err == nil {
		t.Error("went direct with a key that is not trusted")
	}
}

// Verified people in the audience are exactly those whom the person verified.
func TestVerifiedPeopleRing(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	err := b.UpdateSettings(func(s *settings.Settings) { s.Calls.Audience = []settings.Audience{settings.AudienceVerified} })
	if err = errors.Join(err, b.Verify("A")); err != nil {
		t.Fatal(err)
	}
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(e phone.Incoming) bool { return e.Call == id })
}

// A contact has a new phone, and so a new key: the person is asked before the
// call, it goes through the relay whatever was granted, and the words make all
// well again.
func TestP05AChangedKeyIsRelayedUntilVerified(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	_, err1 := a.AddContact("B", linkOn(t, "198.51.100.7:7000"))
	_, err2 := b.AddContact("A", a.Self().Address)
	_, err3 := a.ReplaceAddress("B", b.Self().Address)
	direct := []byte(`"direct"`)
	if err := errors.Join(err1, err2, err3, a.SetSetting("privacy.route", direct), b.SetSetting("privacy.route", direct)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Call("B", false); !errors.Is(err, ErrKeyChanged) {
		t.Fatalf("called: %v", err)
	}
	id := confer(t, a, b, wb, phone.KeyChanged)
	if safe(t, wa, id, phone.Relay) != safe(t, wb, id, phone.Relay) {
		t.Error("the words differ")
	}
	if err := a.Verify("B"); err != nil {
		t.Fatal(err)
	}
	wait(t, wa, func(e phone.CallChanged) bool { return e.Call.Trust == phone.Verified })
	if err := a.Hangup(id); err != nil {
		t.Fatal(err)
	}
	id = confer(t, a, b, wb)
	safe(t, wa, id, phone.Direct)
}

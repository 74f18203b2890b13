package app

import (
	"errors"
	"testing"

	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/server"
	"paravent/settings"
)

// The loopback device stands in for a VPN's here: the server is behind it too.
func byLoopback(s *settings.Settings) { s.Privacy.VPNDevice = "lo" }

// bothByLoopback starts two phones that are bound to the loopback device.
func bothByLoopback(t *testing.T) (a, b *App, wa, wb *watcher) {
	t.Helper()
	s := openServer(t, server.Config{})
	a, wa, err := startWith(t, "a", s.Addr().String(), byLoopback)
	if err != nil {
		t.Fatal(err)
	}
	b, wb, err = startWith(t, "b", s.Addr().String(), byLoopback)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*watcher{wa, wb} {
		wait(t, w, func(e phone.ServerChanged) bool { return e.Online })
	}
	acquaint(t, a, b)
	return a, b, wa, wb
}

func connectCall(t *testing.T, a, b *App, wa, wb *watcher) phone.CallID {
	t.Helper()
	id := confer(t, a, b, wb)
	for _, w := range []*watcher{wa, wb} {
		wait(t, w, func(e phone.MediaConnected) bool { return e.Call == id })
	}
	return id
}

// P8: the device goes away in a call: the call ends at once with a word that
// says why, nothing is tried by another way, and the same one is taken again
// once it is back.
func TestP08LostDeviceEndsTheCallAndIsAwaited(t *testing.T) {
	a, b, wa, wb := bothByLoopback(t)
	id := connectCall(t, a, b, wa, wb)
	a.mu.Lock()
	w := a.way
	a.mu.Unlock()
	from := wa.count()
	a.wayLost(w, egress.ErrDeviceGone)
	if calls := a.Calls(); len(calls) != 0 {
		t.Errorf("calls %+v", calls)
	}
	ended := waitFrom(t, wa, from, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Ended })
	if ended.Call.Reason != phone.NetworkLost || phone.CodeOf(ended.Call.Err) != "network-device-gone" {
		t.Errorf("ended %v, %v", ended.Call.Reason, ended.Call.Err)
	}
	told := waitFrom(t, wa, from, func(e phone.ServerChanged) bool { return true })
	if told.Online || !errors.Is(told.Err, egress.ErrDeviceGone) {
		t.Errorf("told %+v", told)
	}
	waitFrom(t, wa, from, func(e phone.ServerChanged) bool { return e.Online })
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.way == w || a.way == nil || a.way.chosen.device != "lo" {
		t.Errorf("it came back by %+v", a.way)
	}
	if _, err := w.DialContext(t.Context(), "tcp4", "127.0.0.1:1"); err == nil {
		t.Error("the lost way is open still")
	}
}

// P8: another way out ends the call that began with the old one; when the
// setting is made, the old one is closed.
func TestP08AnotherWayEndsTheCall(t *testing.T) {
	a, b, wa, wb := bothByLoopback(t)
	id := connectCall(t, a, b, wa, wb)
	from := wa.count()
	if err := a.SetSetting("privacy.vpn_device", []byte(`"no-such-dev"`)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Call("B", false); !isAny(err, ErrNetworkChanged, egress.ErrDeviceMissing) {
		t.Errorf("a call after the change: %v", err)
	}
	ended := waitFrom(t, wa, from, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Ended })
	if ended.Call.Reason != phone.NetworkLost || phone.CodeOf(ended.Call.Err) != "network-changed" {
		t.Errorf("ended %v, %v", ended.Call.Reason, ended.Call.Err)
	}
	waitFrom(t, wa, from, func(e phone.ServerChanged) bool { return errors.Is(e.Err, egress.ErrDeviceMissing) })
	if _, err := a.network(); !errors.Is(err, egress.ErrDeviceMissing) {
		t.Errorf("a network for calls: %v", err)
	}
	from = wa.count()
	if err := a.SetSetting("privacy.vpn_device", []byte(`"lo"`)); err != nil {
		t.Fatal(err)
	}
	waitFrom(t, wa, from, func(e phone.ServerChanged) bool { return e.Online })
}

// One's own server is reached inside this computer, and has no relay then.
func TestP08OwnServerHasNoRelayBesideAVPN(t *testing.T) {
	a, w, err := startWith(t, "a", EmbeddedServer, byLoopback)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, w, func(e phone.ServerChanged) bool { return e.Online })
	_, err = a.relays(t.Context())
	if !errors.Is(err, ErrOwnRelay) || !errors.Is(err, route.ErrRelayUnavailable) || reasonOf(err) != phone.RelayUnavailable {
		t.Errorf("relay %v", err)
	}
	if grant, err := a.link.client.Turn(t.Context()); err == nil {
		t.Errorf("the server itself offers %v", grant.URIs)
	}
	_, w, err = startWith(t, "b", EmbeddedServer, func(s *settings.Settings) { byLoopback(s); s.Server.LAN = true })
	if !errors.Is(err, ErrServerOnLAN) {
		t.Errorf("a server past the VPN: %v", err)
	}
	wait(t, w, func(e phone.ServerChanged) bool { return errors.Is(e.Err, ErrServerOnLAN) })
}

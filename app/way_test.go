package app

import (
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/server"
	"paravent/settings"
)

// startWith starts a phone with other privacy settings than the usual.
func startWith(t *testing.T, name, addr string, alter func(*settings.Settings)) (*App, *watcher, error) {
	t.Helper()
	a, err := Open(Options{Profile: filepath.Join(t.TempDir(), name), Name: name, Server: addr, Unattended: true,
		Microphone: "tone:440", Speaker: "null", Camera: "off", Screen: "null"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.UpdateSettings(alter); err != nil {
		t.Fatal(err)
	}
	return a, watch(t, a), a.Start()
}

// P8: without what packets shall leave by there is no packet and no call, and
// the reason is told at once.
func TestP08FailsClosed(t *testing.T) {
	trap, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = trap.Close() }()
	s := openServer(t, server.Config{})
	pinned := s.Addr()
	pinned.HostPort = trap.Addr().String()
	for name, row := range map[string]struct {
		alter func(*settings.Settings)
		want  *phone.Fault
	}{
		"no such device":       {func(s *settings.Settings) { s.Privacy.VPNDevice = "no-such-dev" }, egress.ErrDeviceMissing},
		"no name of a device":  {func(s *settings.Settings) { s.Privacy.VPNDevice = "../../etc/passwd" }, egress.ErrDeviceMissing},
		"no tunnel":            {func(s *settings.Settings) { s.Privacy.Tunnel = true }, ErrNoTunnel},
		"neither":              {func(s *settings.Settings) { s.Privacy.Tunnel, s.Privacy.VPNDevice = true, "no-such-dev" }, egress.ErrDeviceMissing},
		"no tunnel, in direct": {func(s *settings.Settings) { s.Privacy.Tunnel, s.Privacy.Route = true, settings.RouteDirect }, ErrNoTunnel},
	} {
		a, w, err := startWith(t, "a", pinned.String(), row.alter)
		if err != nil {
			t.Errorf("%s: Start %v, but it may come at any time", name, err)
		}
		e := wait(t, w, func(e phone.ServerChanged) bool { return e.Err != nil })
		if e.Online || !errors.Is(e.Err, row.want) {
			t.Errorf("%s: told %+v, want %v", name, e, row.want)
		}
		if _, err := a.AddContact("B", "paravent:"+testAddress(t, s)); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Call("B", false); !errors.Is(err, row.want) || phone.CodeOf(err) != row.want.Code() {
			t.Errorf("%s: Call %v, want %v", name, err, row.want)
		}
		if _, err := a.relays(t.Context()); !errors.Is(err, row.want) {
			t.Errorf("%s: relays %v", name, err)
		}
		if n, err := a.network(); n != nil || !errors.Is(err, row.want) {
			t.Errorf("%s: a network for calls: %v, %v", name, n, err)
		}
	}
	if err := trap.(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if c, err := trap.Accept(); err == nil {
		t.Errorf("%v connected all the same", c.RemoteAddr())
	}
}

// testAddress is the link of some phone on s, without its scheme.
func testAddress(t *testing.T, s *server.Server) string {
	t.Helper()
	b, _ := openPhone(t, "b", s.Addr().String())
	return b.Self().Address[len("paravent:"):]
}

// With the system's choice nothing is bound and nothing is lost.
func TestSystemsChoiceIsKept(t *testing.T) {
	s := openServer(t, server.Config{})
	a, w := openPhone(t, "a", s.Addr().String())
	a.mu.Lock()
	before := a.way
	a.mu.Unlock()
	from := w.count()
	if err := a.SetSetting("privacy.route", []byte(`"direct"`)); err != nil { // not about the way out
		t.Fatal(err)
	}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	waitFrom(t, w, from, func(e phone.ServerChanged) bool { return e.Online })
	a.mu.Lock()
	defer a.mu.Unlock()
	if before == nil || a.way != before {
		t.Error("the way out was opened anew for nothing")
	}
}

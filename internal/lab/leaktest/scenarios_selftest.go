//go:build linux

package leaktest

import (
	"encoding/json"
	"net/netip"
	"path/filepath"
	"slices"

	"paravent/app/phone"
	"paravent/internal/lab"
	"paravent/settings"
)

// selfTestScenarios are "What would they see?", judged by the wires.
func selfTestScenarios() []scenario {
	return []scenario{
		{name: "self-test, relayed", rules: "P4 P7 P24", play: func(t *trial) { t.selfTest(settings.RouteRelay) }},
		{name: "self-test, direct", rules: "P4 P7 P24", play: func(t *trial) { t.selfTest(settings.RouteDirect) }},
	}
}

// selfTest runs the phone's own check in Alice's home: it lists what captures
// show, and not one packet leaves the computer.
func (t *trial) selfTest(route settings.RoutePolicy) {
	profile := filepath.Join(t.dir, t.name)
	store, _, err := settings.Open(profile)
	t.need(err)
	t.need(store.Update(func(s *settings.Settings) { s.Privacy.Route = route }))
	inside, outside := t.listen(siteA.phone, "lo"), t.listen(siteA.phone, "eth0")
	out, err := lab.Launch{Binary: t.program("paravent-headless"), Namespace: siteA.phone, Log: t.log,
		Args: []string{"--privacy-check", "--profile", profile}}.Output(t.ctx)
	var report phone.PrivacyReport
	if json.Unmarshal(out, &report) != nil {
		t.need(err) // it could not run; a check that failed has a report
	}
	for _, r := range report.Rules {
		if r.Verdict == phone.Failed {
			t.fail("%s: %s", r.Rule, r.Evidence)
		}
	}
	if sent := t.heardBy(outside); len(sent) > 0 {
		t.fail("a packet left the computer: %v", sent[0])
	}
	want := []netip.Addr{netip.MustParseAddr("127.0.0.1")} // its relay's
	if route == settings.RouteDirect {
		want = append(want, siteA.lan.Addr())
	}
	t.sameSources(report, t.heardBy(inside), want)
}

// listen records a device for this trial alone.
func (t *trial) listen(ns, dev string) *tap {
	tap, err := openTap(t.name+" "+dev, ns, dev)
	t.need(err)
	t.stops = append(t.stops, tap.close)
	return tap
}

func (t *trial) heardBy(tap *tap) (list []packet) {
	frames, lost, err := tap.take()
	t.need(err)
	if lost > 0 {
		t.fail("%d packets at %s were not recorded", lost, tap.place)
	}
	t.need(t.keep(tap.place, frames))
	for _, f := range frames {
		if p, ok := decode(tap.place, f); ok {
			list = append(list, p)
		}
	}
	t.packets += len(list)
	return list
}

// sameSources compares what the check says it learned from packets with what
// the captures of calls with these settings show, and each socket that it names
// with where packets inside this computer really came from. The hostile peer
// shares the computer, so that its own packets are there too.
func (t *trial) sameSources(report phone.PrivacyReport, packets []packet, want []netip.Addr) {
	came, said := map[netip.AddrPort]bool{}, learned{}
	for _, p := range packets {
		came[p.src] = came[p.src] || p.proto == "udp"
	}
	for _, l := range report.Learned {
		if l.From != "packets" {
			continue
		}
		if a, err := netip.ParseAddr(l.Value); err == nil {
			said.note(a, l.Scenario)
		}
		if a, err := netip.ParseAddrPort(l.Value); err == nil && !came[a] {
			t.fail("the check names %v, and no packet came from it", a)
		}
	}
	if !slices.Equal(said.list(), want) {
		t.fail("the check says that %v were seen, and captures of such calls show %v", said.list(), want)
	}
}

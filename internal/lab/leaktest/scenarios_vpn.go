//go:build linux

package leaktest

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paravent/internal/lab"
	"paravent/settings"
)

// vpnScenarios bind Alice's phone to a VPN: a device of the system, or the
// tunnel that the phone itself opens.
func vpnScenarios() []scenario {
	bound := func(s *settings.Settings) { s.Privacy.VPNDevice = vpnDevice }
	return []scenario{
		{name: "VPN device, relayed", rules: "P8", prepareA: bound, play: func(t *trial) { t.vpnCall("relay") }},
		{name: "VPN device, direct", rules: "P7 P8", prepareA: bound, play: func(t *trial) { t.vpnCall("direct") }},
		{name: "VPN device goes down in the call", rules: "P8", prepareA: bound, play: (*trial).vpnDown},
		{name: "WireGuard in the phone, relayed", rules: "P8", play: func(t *trial) { t.tunnelCall("relay") }},
		{name: "WireGuard in the phone, direct", rules: "P7 P8", play: func(t *trial) { t.tunnelCall("direct") }},
		{name: "WireGuard provider gone in the call", rules: "P8", play: (*trial).tunnelDown},
	}
}

// behindVPN: only the VPN's addresses may show, and only the VPN's host is
// spoken to by the computer's own network.
func (t *trial) behindVPN() {
	t.a.by = []netip.Addr{vpnInside.Addr(), vpnIP}
	t.a.allowed = []netip.Addr{vpnIP}
}

func (t *trial) vpnCall(route string) {
	t.openExit().device(t)
	t.start()
	t.behindVPN()
	t.a.tunnelled = true
	t.callBy(route)
	t.hangUp()
}

func (t *trial) callBy(route string) {
	t.both("privacy.route", route)
	t.a.shows, t.b.shows = route == "direct", route == "direct"
	t.talk(route)
}

// vpnDown: the call ends with a word for it, and nothing goes another way.
func (t *trial) vpnDown() {
	stop := t.openExit().device(t)
	t.start()
	t.behindVPN()
	t.a.tunnelled = true
	t.callBy("direct")
	stop()
	t.ended(t.a, "network-lost")
	t.takeReceipts(t.a)
	if r, err := t.a.Do("call", lab.Event{"to": "bob"}); err == nil || !strings.HasPrefix(r.Text("code"), "network-device-") {
		t.fail("a call without the device: %v, %v", r, err)
	}
	t.do(t.b, "hangup", lab.Event{"call": t.call})
	t.takeReceipts(t.b)
}

// startTunnel starts Alice's phone once to import the tunnel, and again.
func (t *trial) startTunnel() vpn {
	provider := t.openExit()
	file := filepath.Join(t.dir, t.name+".conf")
	t.need(os.WriteFile(file, []byte(provider.file()), 0o600))
	first := t.phone("alice", siteA, nil)
	t.do(first, "tunnel.import", lab.Event{"path": file})
	t.set(first, "privacy.tunnel", true)
	first.Quit()
	t.flush()
	t.start()
	t.behindVPN()
	t.a.wrapped = true
	return provider
}

func (t *trial) tunnelCall(route string) {
	t.startTunnel()
	t.callBy(route)
	t.hangUp()
}

// tunnelDown: the provider is gone without a word.
func (t *trial) tunnelDown() {
	provider := t.startTunnel()
	t.callBy("relay")
	provider.stop()
	for _, p := range []*party{t.a, t.b} { // by whatever is noticed first
		e, err := p.Wait(p.begun, "ended", time.Minute, nil)
		t.need(err)
		if r := e.Text("reason"); r != "network-lost" && r != "media-lost" {
			t.fail("%s: the call ended with %v", p.name, e)
		}
	}
	t.takeReceipts(t.a, t.b)
}

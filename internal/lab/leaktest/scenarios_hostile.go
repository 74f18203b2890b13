//go:build linux

package leaktest

import (
	"encoding/json"
	"net/netip"
	"os/exec"
	"strings"
)

// hostileScenarios have the peer of package app/hostile call Alice from Bob's
// home, in every way that it knows.
func hostileScenarios() []scenario {
	var list []scenario
	for _, mode := range []string{"talk", "baits", "many", "fingerprint", "malformed", "hurry", "smuggle", "flood"} {
		list = append(list, scenario{name: "hostile " + mode + ", relayed", rules: hostileRules[mode], play: func(t *trial) { t.hostile(mode, "relay") }})
	}
	for _, mode := range []string{"talk", "baits", "many"} {
		list = append(list, scenario{name: "hostile " + mode + ", direct", rules: hostileRules[mode], play: func(t *trial) { t.hostile(mode, "direct") }})
	}
	return append(list, scenario{name: "hostile stranger", rules: "P6 P12 P13", play: func(t *trial) { t.hostile("talk", "") }})
}

var hostileRules = map[string]string{
	"talk": "P3 P21", "baits": "P2 P16 P18", "many": "P18", "fingerprint": "P23", "malformed": "P3", "hurry": "P1 P12", "smuggle": "P12", "flood": "P11 P15",
}

// hostile lets the peer loose on Alice, who answers; with no route she lets
// nobody ring whom she does not know.
func (t *trial) hostile(mode, route string) {
	answer := "auto"
	if mode == "hurry" {
		answer = "never"
	}
	t.a = t.phone("alice", siteA, []string{"--answer", answer})
	t.a.shows = route == "direct"
	t.a.mute = answer == "never" || route == ""
	if route != "" {
		t.set(t.a, "privacy.route", route)
		t.set(t.a, "calls.audience", []string{"everyone"})
	}
	if mode == "many" && route == "direct" {
		t.tolerated = manyAddresses
	}
	t.told = t.runHostile(mode)
	t.a.Quit() // ends what calls there are, and with them comes the last receipt
	t.a.receipts = t.a.Events("receipt")
	if talks := mode == "talk" || mode == "baits" || mode == "many"; talks && route != "" && len(t.a.Events("connected")) != 1 {
		t.fail("the hostile peer got no call, so that nothing was tried")
	}
}

// runHostile runs the peer for a while and returns the addresses of which it
// reports to have learned.
func (t *trial) runHostile(mode string) []netip.Addr {
	cmd := exec.CommandContext(t.ctx, "ip", "netns", "exec", siteB.phone, t.program("hostilepeer"),
		"--server", t.server, "--to", t.a.address, "--mode", mode, "--wait", hostileWait)
	cmd.Stderr = t.log
	_, err := cmd.StdinPipe() // its end would end the peer
	t.need(err)
	out, err := cmd.Output()
	t.need(err)
	_, line, _ := strings.Cut(string(out), "\n") // the first one is its address
	var report struct {
		Facts []struct{ Kind, Value string }
	}
	t.need(json.Unmarshal([]byte(line), &report))
	addrs := []netip.Addr{}
	for _, f := range report.Facts {
		if f.Kind == "address" {
			a, err := netip.ParseAddr(f.Value)
			t.need(err)
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// manyAddresses are those that the mode "many" names: public ones, which a
// direct phone may try up to a limit.
var manyAddresses = pfx("203.0.113.0/24")

// hostileWait is how long the peer tries and listens.
const hostileWait = "2500ms"

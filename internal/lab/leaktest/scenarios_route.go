//go:build linux

package leaktest

import (
	"time"

	"paravent/internal/lab"
)

// changeScenarios are calls that are made ready while they ring, and calls
// that change their route.
func changeScenarios() []scenario {
	return []scenario{
		{name: "made ready while it rings", rules: "P3 P7 P10", argsB: []string{"--answer", "ask"}, play: func(t *trial) {
			t.ringReady("relay")
			t.do(t.b, "answer", lab.Event{"call": t.call})
			t.connected("relay")
			t.hear()
			t.hangUp()
		}},
		{name: "made ready by relay, answered direct", rules: "P3 P7 P10", argsB: []string{"--answer", "ask"}, play: func(t *trial) {
			t.ringReady("direct")
			t.a.shows, t.b.shows = true, true // as both chose; "made ready and unanswered" looks at what shows before
			t.do(t.b, "answer", lab.Event{"call": t.call})
			t.moved("direct")
			t.hear()
			t.hangUp()
		}},
		{name: "made ready and unanswered", rules: "P3 P6 P10", argsB: []string{"--answer", "never"}, play: func(t *trial) {
			t.ringReady("direct")
			t.do(t.a, "hangup", lab.Event{"call": t.call})
			t.takeReceipts(t.a, t.b)
		}},
		{name: "asked to go direct, refused", rules: "P4 P7", play: (*trial).upgradeRefused},
		{name: "asked to go direct, no answer", rules: "P4 P7", play: (*trial).upgradeIgnored},
		{name: "direct by consent and back", rules: "P4 P7", play: (*trial).upgradeAndBack},
	}
}

// ringReady rings until both have made the path, though nobody answered. It is
// relayed, whatever they chose.
func (t *trial) ringReady(route string) {
	t.start()
	t.both("privacy.route", route)
	t.both("calls.preconnect", true)
	t.do(t.a, "contact.add", lab.Event{"name": "bob", "address": t.b.address, "favourite": true})
	t.do(t.b, "contact.add", lab.Event{"name": "alice", "address": t.a.address, "favourite": true})
	t.ring()
	t.wait(t.b, "incoming")
	t.passed(t.b, "sent", "answer", 1)
	time.Sleep(time.Second) // the path is made and nobody is told of it
}

// ask has Alice ask for a direct path in a relayed call.
func (t *trial) ask() {
	t.start()
	t.talk("relay")
	t.do(t.a, "direct", lab.Event{"call": t.call})
	t.upgrade(t.b, "asked")
}

func (t *trial) upgrade(p *party, state string) {
	_, err := p.Wait(p.begun, "upgrade", callWait, func(e lab.Event) bool { return e.Text("state") == state })
	t.need(err)
}

func (t *trial) upgradeRefused() {
	t.ask()
	from := t.a.Seen()
	t.do(t.b, "relay", lab.Event{"call": t.call})
	_, err := t.a.Wait(from, "upgrade", callWait, func(e lab.Event) bool { return e.Text("state") == "none" })
	t.need(err)
	t.hear()
	t.hangUp()
}

func (t *trial) upgradeIgnored() {
	t.ask()
	t.hear()
	t.hangUp()
}

// upgradeAndBack: only what both agreed to shows, and it ends when one of them
// goes back.
func (t *trial) upgradeAndBack() {
	t.ask()
	t.a.shows, t.b.shows = true, true
	t.do(t.b, "direct", lab.Event{"call": t.call})
	t.moved("direct")
	t.hear()
	t.do(t.a, "relay", lab.Event{"call": t.call})
	t.moved("relay")
	time.Sleep(time.Second) // the direct path may end a little later than the relayed one begins
	t.relayedFrom = time.Now()
	t.hear()
	t.hangUp()
}

// moved waits until both use a route; what was before does not count again.
func (t *trial) moved(route string) {
	for _, p := range []*party{t.a, t.b} {
		_, err := p.Wait(p.begun, "state", callWait, func(e lab.Event) bool { return e.Text("state") == "connected" && e.Text("route") == route })
		t.need(err)
		p.begun = p.Seen()
	}
}

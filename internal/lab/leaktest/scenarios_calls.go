//go:build linux

package leaktest

import (
	"fmt"
	"net/netip"
	"time"

	"paravent/internal/lab"
)

// callScenarios are calls that one contact's own choice rules, or that nobody
// answers.
func callScenarios() []scenario {
	return []scenario{
		{name: "contact direct over relay", rules: "P4 P5 P7", play: func(t *trial) { t.override("relay", "direct", "direct") }},
		{name: "contact relay over direct", rules: "P4 P5 P7", play: func(t *trial) { t.override("direct", "relay", "relay") }},
		{name: "video by relay", rules: "P3 P7", video: true, argsA: []string{"--camera", "pattern"}, argsB: []string{"--camera", "pattern"},
			play: func(t *trial) { t.routes("relay", "relay") }},
		{name: "unanswered", rules: "P1 P6 P10", argsB: []string{"--answer", "never"}, play: (*trial).unanswered},
		{name: "unanswered between direct phones", rules: "P1 P6 P10", argsB: []string{"--answer", "never"}, play: func(t *trial) {
			t.start()
			t.both("privacy.route", "direct")
			t.giveUp()
		}},
		{name: "declined", rules: "P1 P6 P14", argsB: []string{"--answer", "ask"}, play: (*trial).declined},
		{name: "blocked", rules: "P6 P13 P14", play: func(t *trial) { t.refused(func() { t.do(t.b, "block", lab.Event{"contact": "alice"}) }) }},
		{name: "stranger", rules: "P6 P12 P13", play: func(t *trial) { t.refused(func() { t.do(t.b, "contact.remove", lab.Event{"contact": "alice"}) }) }},
		{name: "calls switched off", rules: "P6 P13 P14", play: func(t *trial) { t.refused(func() { t.set(t.b, "calls.enabled", false) }) }},
		{name: "callee on another server", rules: "P24 P26", play: (*trial).twoServers},
		{name: "idle", rules: "P2 P24", play: (*trial).idle},
	}
}

func (t *trial) both(key string, value any) {
	t.set(t.a, key, value)
	t.set(t.b, key, value)
}

// override: Alice's choice for Bob alone stands over her choice for all.
func (t *trial) override(all, one, route string) {
	t.start()
	t.set(t.b, "privacy.route", "direct")
	t.set(t.a, "privacy.route", all)
	t.do(t.a, "contact.add", lab.Event{"name": "bob", "address": t.b.address, "route": one})
	t.a.shows, t.b.shows = route == "direct", route == "direct"
	t.talk(route)
	t.hangUp()
}

func (t *trial) unanswered() {
	t.start()
	t.giveUp()
}

// giveUp rings until the caller hangs up.
func (t *trial) giveUp() {
	t.b.mute = true
	t.ring()
	t.wait(t.b, "incoming")
	t.state(t.a, "alerting")
	t.do(t.a, "hangup", lab.Event{"call": t.call})
	t.ended(t.a, "cancelled")
	t.ended(t.b, "cancelled")
	t.takeReceipts(t.a, t.b)
}

// state waits until the call is in a state.
func (t *trial) state(p *party, state string) {
	_, err := p.Wait(p.begun, "state", callWait, func(e lab.Event) bool { return e.Text("state") == state })
	t.need(err)
}

func (t *trial) declined() {
	t.start()
	t.b.mute = true
	t.ring()
	t.wait(t.b, "incoming")
	t.do(t.b, "decline", lab.Event{"call": t.call})
	t.ended(t.b, "declined")
	t.ended(t.a, "declined")
	t.takeReceipts(t.a, t.b)
}

// refused: a caller who may not ring gets no answer of any kind.
func (t *trial) refused(refuse func()) {
	t.start()
	refuse()
	t.b.mute = true
	t.ring()
	t.received(t.b, "propose", 1)
	time.Sleep(time.Second) // an answer would come within this; none is to come
	t.do(t.a, "hangup", lab.Event{"call": t.call})
	t.ended(t.a, "cancelled")
	t.takeReceipts(t.a)
	t.never(t.b, "incoming")
	list, err := t.a.messages("received")
	t.need(err)
	if len(list) > 0 {
		t.fail("the refused caller got an answer: %+v", list[0])
	}
}

// received waits until a phone got n messages of a kind.
func (t *trial) received(p *party, kind string, n int) { t.passed(p, "received", kind, n) }

// passed is received for either direction.
func (t *trial) passed(p *party, direction, kind string, n int) {
	for deadline := time.Now().Add(callWait); ; time.Sleep(20 * time.Millisecond) {
		list, err := p.messages(direction)
		t.need(err)
		got := 0
		for _, m := range list {
			if m.Kind == kind {
				got++
			}
		}
		if got >= n {
			return
		}
		if time.Now().After(deadline) {
			t.need(fmt.Errorf("%s %s %d of %d %q", p.name, direction, got, n, kind))
		}
	}
}

// twoServers: Bob's server stands elsewhere, and hears of Alice only through
// her own.
func (t *trial) twoServers() {
	t.a = t.phone("alice", siteA, nil)
	t.a.allowed = []netip.Addr{serverIP}
	elsewhere, stop, err := t.startServerAt(relayAt, relayIP)
	t.need(err)
	t.stops = append(t.stops, stop)
	t.server = elsewhere
	t.b = t.phone("bob", siteB, nil)
	t.b.allowed = []netip.Addr{relayIP}
	t.introduce()
	t.callBy("relay")
	t.hangUp()
}

// idle: phones that do nothing speak to their server alone.
func (t *trial) idle() {
	t.start()
	t.a.mute, t.b.mute = true, true
	time.Sleep(2 * time.Second) // nothing is to happen, so nothing can be waited for
}

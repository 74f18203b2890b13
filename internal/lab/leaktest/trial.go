//go:build linux

package leaktest

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"paravent/internal/lab"
	"paravent/settings"
)

// Waits for what phones say. A trial that needs longer has failed.
const (
	callWait = 20 * time.Second
	heardMin = 60 // packets of sound that a call must carry before it counts
)

// party is one phone of a trial.
type party struct {
	*lab.Phone
	name      string
	site      site
	address   string
	trace     string       // the file with its messages in clear
	receipts  []lab.Event  // of all its calls
	begun     int          // where the events of the present call begin
	allowed   []netip.Addr // hosts that it may send packets to, besides the peer
	by        []netip.Addr // in place of its own addresses, a VPN's show; nil where there is none
	wrapped   bool         // by the phone itself, so that its wire shows the tunnel only
	tunnelled bool         // by a device of the computer, whose packets are recorded before they are wrapped
	shows     bool         // the other side may learn addresses of this one
	mute      bool         // nothing was accepted here: no relay may hear of it (P1)
}

// wire is where the datagrams of a phone are recorded before anything wraps
// them; "" where the phone itself does.
func (p *party) wire() string {
	switch {
	case p.wrapped:
		return ""
	case p.tunnelled:
		return p.site.phone + "-vpn"
	}
	return p.site.phone
}

// trial is one scenario being run.
type trial struct {
	*world
	scenario
	server string // where both meet
	a, b   *party
	call   string // the id of the last call

	extra []*tap       // of devices that only this trial has
	told  []netip.Addr // what a hostile peer in Bob's place reports to have learned; nil where there is none

	tolerated netip.Prefix // addresses of which a peer may make a phone try a few

	relayedFrom time.Time // from then on nothing may go direct; zero where that is not looked at

	packets int
	reasons []string
	skipped string
	stops   []func() // of what only this trial started
}

func (t *trial) fail(format string, args ...any) {
	t.reasons = append(t.reasons, fmt.Sprintf(format, args...))
}

// stopped is the panic by which a step that failed ends a trial.
type stopped struct{}

// need ends the trial when a step failed.
func (t *trial) need(err error) {
	if err != nil {
		t.fail("%v", err)
		panic(stopped{})
	}
}

// skip ends a trial that this system cannot run.
func (t *trial) skip(why error) {
	t.skipped = why.Error()
	panic(stopped{})
}

// start brings up both phones and introduces them to each other.
func (t *trial) start() {
	t.a = t.phone("alice", siteA, t.argsA)
	t.b = t.phone("bob", siteB, t.argsB)
	t.introduce()
}

func (t *trial) introduce() {
	t.do(t.a, "contact.add", lab.Event{"name": "bob", "address": t.b.address})
	t.do(t.b, "contact.add", lab.Event{"name": "alice", "address": t.a.address})
}

// phone starts a phone with a profile of its own. Later arguments win.
func (t *trial) phone(name string, at site, args []string) *party {
	dir := filepath.Join(t.dir, t.name)
	p := &party{name: name, site: at, trace: filepath.Join(dir, name+".trace"), allowed: []netip.Addr{serverIP, relayIP}}
	profile := filepath.Join(dir, name)
	t.need(os.MkdirAll(profile, 0o700))
	store, _, err := settings.Open(profile)
	t.need(err)
	if at == siteA && t.prepareA != nil {
		t.need(store.Update(t.prepareA))
	}
	p.Phone, err = lab.Launch{Binary: t.program("paravent-headless"), Namespace: at.phone, Log: t.log, Args: append([]string{
		"--profile", profile, "--name", name, "--server", t.server, "--trace", p.trace,
		"--mic", "tone:440", "--speaker", "null", "--camera", "off", "--screen", "null", "--answer", "auto",
	}, args...)}.StartPhone(t.ctx, name)
	t.need(err)
	t.stops = append(t.stops, p.Quit)
	ready, err := p.Wait(0, "ready", callWait, nil)
	t.need(err)
	p.address = ready.Text("address")
	return p
}

func (t *trial) do(p *party, verb string, fields lab.Event) lab.Event {
	r, err := p.Do(verb, fields)
	t.need(err)
	return r
}

// set changes a setting.
func (t *trial) set(p *party, key string, value any) {
	t.do(p, "set", lab.Event{"key": key, "value": value})
}

// wait returns the next event of that name in the present call.
func (t *trial) wait(p *party, event string) lab.Event {
	e, err := p.Wait(p.begun, event, callWait, nil)
	t.need(err)
	return e
}

// ring has Alice call Bob.
func (t *trial) ring() {
	t.a.begun, t.b.begun = t.a.Seen(), t.b.Seen()
	t.call = t.do(t.a, "call", lab.Event{"to": "bob", "video": t.video}).Text("call")
}

// talk calls and lets both hear each other.
func (t *trial) talk(route string) {
	t.ring()
	t.connected(route)
	t.hear()
}

func (t *trial) connected(route string) {
	for _, p := range []*party{t.a, t.b} {
		if got := t.wait(p, "connected").Text("route"); got != route {
			t.fail("%s is connected by %q, not %q", p.name, got, route)
		}
	}
}

// hear waits until some more sound has come at both sides.
func (t *trial) hear() {
	for _, p := range []*party{t.a, t.b} {
		first := t.heard(p)
		for deadline := time.Now().Add(callWait); t.heard(p) < first+heardMin; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.need(fmt.Errorf("%s hears nothing", p.name))
			}
		}
	}
}

func (t *trial) heard(p *party) float64 {
	from := p.Seen()
	t.do(p, "stats", lab.Event{"call": t.call})
	e, err := p.Wait(from, "stats", callWait, nil)
	t.need(err)
	sound, _ := e["audio"].(map[string]any)
	n, _ := sound["received"].(float64)
	return n
}

// hangUp ends the call at Alice's and takes both receipts.
func (t *trial) hangUp() {
	t.do(t.a, "hangup", lab.Event{"call": t.call})
	t.takeReceipts(t.a, t.b)
}

func (t *trial) takeReceipts(of ...*party) {
	for _, p := range of {
		p.receipts = append(p.receipts, t.wait(p, "receipt"))
	}
}

// ended waits for the end and compares its reason.
func (t *trial) ended(p *party, reason string) {
	if got := t.wait(p, "ended").Text("reason"); got != reason {
		t.fail("%s: the call ended with %q, not %q", p.name, got, reason)
	}
}

// never tells whether an event that must not come has come.
func (t *trial) never(p *party, event string) {
	if e, err := p.Wait(p.begun, event, time.Millisecond, nil); err == nil {
		t.fail("%s: %v", p.name, e)
	}
}

// run plays the scenario and judges what was recorded.
func (t *trial) run() (r Result) {
	begun := time.Now()
	defer func() {
		t.end()
		r = Result{Name: t.name, Rules: t.rules, Passed: len(t.reasons) == 0 && t.skipped == "", Skipped: t.skipped, Packets: t.packets,
			Seconds: float64(time.Since(begun).Milliseconds()) / 1000, Reasons: t.reasons}
	}()
	defer func() {
		if p := recover(); p != nil && p != (stopped{}) {
			panic(p)
		}
	}()
	t.flush()
	t.play(t)
	t.quit()
	t.judge()
	return r
}

// quit ends both phones, so that their last packets are on record too.
func (t *trial) quit() {
	for _, p := range []*party{t.a, t.b} {
		if p != nil {
			p.Quit()
		}
	}
}

func (t *trial) end() {
	for i := len(t.stops) - 1; i >= 0; i-- {
		t.stops[i]()
	}
	t.stops = nil
}

// flush forgets what was recorded before.
func (t *trial) flush() {
	for _, tap := range t.taps {
		_, _, err := tap.take()
		t.need(err)
	}
}

// message is a line of a phone's trace.
type message struct {
	Direction string `json:"direction"`
	Kind      string `json:"kind"`
	Text      string `json:"text"`
	Payload   []byte `json:"payload"`
}

// messages reads what a phone sent or received in clear.
func (p *party) messages(direction string) ([]message, error) {
	f, err := os.Open(p.trace)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var list []message
	for d := json.NewDecoder(f); d.More(); {
		var m message
		if err := d.Decode(&m); err != nil {
			return nil, fmt.Errorf("%s's trace, line %s: %w", p.name, strconv.Itoa(len(list)+1), err)
		}
		if m.Direction == direction {
			list = append(list, m)
		}
	}
	return list, nil
}

//go:build linux

package leaktest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"paravent/internal/lab"
)

// relaySecret is what the servers and coturn share.
const relaySecret = "leaktest"

// The ways to a relay.
const (
	byUDP = "turn:%s:3478?transport=udp"
	byTCP = "turn:%s:3478?transport=tcp"
	byTLS = "turns:%s:5349?transport=tcp"
)

// only are coturn's switches that leave one way.
var only = map[string][]string{
	byUDP: {"--no-tcp", "--no-tls", "--no-dtls"},
	byTCP: {"--no-udp", "--no-tls", "--no-dtls"},
	byTLS: {"--no-udp", "--no-tcp", "--no-dtls"},
}

// relayScenarios go through coturn, or find no relay.
func relayScenarios() []scenario {
	list := []scenario{}
	for _, way := range []struct{ name, uri string }{{"UDP", byUDP}, {"TCP", byTCP}, {"TLS", byTLS}} {
		list = append(list,
			scenario{name: "coturn by " + way.name + " only", rules: "P3 P7 P17", play: func(t *trial) {
				t.coturn(way.uri)
				t.meet(way.uri)
				t.routes("relay", "relay")
			}},
			scenario{name: "coturn by " + way.name + " only, direct", rules: "P3 P7", play: func(t *trial) {
				t.coturn(way.uri)
				t.meet(way.uri)
				t.directBy(way.uri)
			}})
	}
	return append(list,
		scenario{name: "relay refuses", rules: "P9", play: func(t *trial) { t.noRelay(byUDP, byTCP, byTLS) }},
		scenario{name: "relay silent", rules: "P9", play: func(t *trial) {
			t.deafen(relayAt)
			t.noRelay(byUDP, byTCP, byTLS)
		}},
		scenario{name: "relay silent for the callee", rules: "P9", play: (*trial).noRelayForCallee},
		scenario{name: "relay dies in the call", rules: "P9", play: (*trial).relayDies},
		scenario{name: "relay comes back in the call", rules: "P9", play: (*trial).relayReturns},
	)
}

// directBy: over TCP no phone learns its public address, so that two homes
// find no direct path. What was shown on the way to it is in the receipts.
func (t *trial) directBy(way string) {
	t.start()
	t.both("privacy.route", "direct")
	t.a.shows, t.b.shows = true, true
	path := "relay"
	if way == byUDP {
		path = "direct"
	}
	t.talk(path)
	t.hangUp()
}

// meet starts a server that names the relay's host by these ways, for this
// trial only.
func (t *trial) meet(ways ...string) {
	args := []string{"--relay-secret", relaySecret}
	for _, w := range ways {
		args = append(args, "--relay-uri", fmt.Sprintf(w, relayIP))
	}
	address, stop, err := t.startServer(args...)
	t.need(err)
	t.server = address
	t.stops = append(t.stops, stop)
}

// coturn runs Debian's TURN server at the relay's host until the trial ends;
// stop ends it earlier.
func (t *trial) coturn(way string) (stop func()) {
	dir := filepath.Join(t.dir, t.name)
	t.need(os.MkdirAll(dir, 0o700))
	stop, err := lab.Launch{Binary: "turnserver", Namespace: relayAt, Log: t.log, Args: append([]string{
		"-n", "--no-cli", "--listening-ip", relayIP.String(), "--relay-ip", relayIP.String(), "--listening-port", "3478", "--tls-listening-port", "5349",
		"--use-auth-secret", "--static-auth-secret", relaySecret, "--realm", "paravent", "--cert", t.cert, "--pkey", t.key,
		"--min-port", "51000", "--max-port", "51999", "--userdb", filepath.Join(dir, "turndb"), "--pidfile", filepath.Join(dir, "turn.pid"),
		"--log-file", filepath.Join(dir, "turn.log"), "--simple-log", "--no-stdout-log", "--no-software-attribute",
	}, only[way]...)}.Start(t.ctx)
	t.need(err)
	t.stops = append(t.stops, stop)
	t.need(within(relayAt, func() error { return answers(way) }))
	return stop
}

// answers waits until coturn does.
func answers(way string) error {
	network, port := "tcp", "3478"
	if way == byTLS {
		port = "5349"
	}
	if way == byUDP {
		network = "udp"
	}
	binding := make([]byte, 20)
	copy(binding, []byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42})
	var err error
	for deadline := time.Now().Add(callWait); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var c net.Conn
		if c, err = net.Dial(network, net.JoinHostPort(relayIP.String(), port)); err != nil {
			continue
		}
		if network == "udp" {
			_ = c.SetDeadline(time.Now().Add(200 * time.Millisecond))
			if _, err = c.Write(binding); err == nil {
				_, err = c.Read(make([]byte, 1500))
			}
		}
		_ = c.Close()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("coturn does not answer: %w", err)
}

// deafen has a host drop all that comes, until the trial ends.
func (t *trial) deafen(host string) {
	t.filter(host, `table inet deaf {
	chain input { type filter hook input priority filter; iifname "eth0" drop; }
}`, "delete table inet deaf")
}

// filter sets nft rules, and takes them back at the end of the trial.
func (t *trial) filter(host, set, undo string) {
	t.need(ip(set, "netns", "exec", host, "nft", "-f", "-"))
	t.stops = append(t.stops, func() {
		if err := ip(undo, "netns", "exec", host, "nft", "-f", "-"); err != nil {
			t.fail("%v", err)
		}
	})
}

// relayLimit is how soon a person must learn that the relay is down (P9).
const relayLimit = 5 * time.Second

// noRelay: the caller is told in time, and nothing rings anywhere.
func (t *trial) noRelay(ways ...string) {
	t.meet(ways...)
	t.start()
	t.set(t.b, "privacy.route", "direct")
	begun := time.Now()
	t.ring()
	t.ended(t.a, "relay-unavailable")
	if took := time.Since(begun); took > relayLimit {
		t.fail("the caller learned it after %v", took)
	}
	t.takeReceipts(t.a)
	t.never(t.b, "incoming")
	list, err := t.b.messages("received")
	t.need(err)
	if len(list) > 0 {
		t.fail("the callee was told of a call without a relay: %+v", list[0])
	}
}

// noRelayForCallee: only the callee's way to the relay is cut.
func (t *trial) noRelayForCallee() {
	t.coturn(byUDP)
	t.meet(byUDP)
	t.filter(homeB, `table inet cut {
	chain forward { type filter hook forward priority filter; ip daddr `+relayIP.String()+` drop; }
}`, "delete table inet cut")
	t.start()
	t.set(t.a, "privacy.route", "direct")
	t.ring()
	for _, p := range []*party{t.a, t.b} {
		if e := t.wait(p, "ended"); e.Text("reason") != "relay-unavailable" {
			t.fail("%s: the call ended with %v", p.name, e)
		}
	}
	t.takeReceipts(t.a)
}

// relayReturns: the relay forgets everything while the call is on, which is
// then repaired through the relay again.
func (t *trial) relayReturns() {
	stop := t.coturn(byTLS)
	t.meet(byTLS)
	t.start()
	t.set(t.a, "privacy.route", "direct")
	t.talk("relay")
	stop()
	t.coturn(byTLS)
	t.hear()
	t.hangUp()
}

// relayDies: both would rather go direct, but the call was agreed as relayed.
// It ends, and no other way is tried.
func (t *trial) relayDies() {
	stop := t.coturn(byUDP)
	t.meet(byUDP)
	t.start()
	t.set(t.a, "privacy.route", "direct")
	t.talk("relay")
	t.set(t.b, "privacy.route", "direct")
	stop()
	for _, p := range []*party{t.a, t.b} {
		e, err := p.Wait(p.begun, "ended", time.Minute, nil)
		t.need(err)
		if r := e.Text("reason"); r != "media-lost" && r != "relay-unavailable" {
			t.fail("%s: the call ended with %v", p.name, e)
		}
	}
	t.takeReceipts(t.a, t.b)
}

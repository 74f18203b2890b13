package selftest

import (
	"net/netip"
	"strings"
	"time"

	"paravent/app/hostile"
	"paravent/app/phone"
)

const mdnsPort = 5353

// noNames: P2.
func noNames(w *world, trials []*trial) finding {
	f := finding{at: "candidates with names offered; no name was asked for, and nothing listened or sent on port 5353"}
	t := named(trials, "hostile-candidates")
	if f.lacking(t) {
		f.reason = t.skipped
		return f
	}
	for _, b := range hostile.Baits() {
		if strings.HasSuffix(b.What, "name") {
			f.looked += len(b.Lines())
		}
	}
	w.watch.mu.Lock()
	defer w.watch.mu.Unlock()
	for _, n := range w.watch.names {
		f.breaks("the name %q was asked for", n)
	}
	for _, s := range w.watch.sockets {
		if s.local.Port() == mdnsPort {
			f.breaks("a socket on %v", s.local)
		}
	}
	for to := range w.watch.sent {
		if to.Port() == mdnsPort {
			f.breaks("a packet to %v", to)
		}
	}
	return f
}

// reached lists what the phone sent to itself, or asked a relay to reach.
func (w *world) reached() map[netip.Addr]int {
	w.watch.mu.Lock()
	defer w.watch.mu.Unlock()
	all := map[netip.Addr]int{}
	for to, s := range w.watch.sent {
		all[to.Addr()] += s.count
	}
	for to, s := range w.watch.asked {
		all[to.Addr()] += s.count
	}
	return all
}

// noProbing: P18, the client's part of P16.
func noProbing(w *world, trials []*trial) finding {
	f := finding{at: "hostile candidates offered, of every kind; not one was sent to or asked of the relay"}
	t := named(trials, "hostile-candidates")
	if f.lacking(t) {
		f.reason = t.skipped
		return f
	}
	tried := w.reached()
	for _, b := range hostile.Baits() {
		f.looked += len(b.Lines())
		a, err := netip.ParseAddr(b.Host)
		if err == nil && !here(a) && tried[a.Unmap()] > 0 {
			f.breaks("%s %s was tried", b.What, b.Host)
		}
	}
	w.crowd(&f, named(trials, "too-many-candidates"))
	f.reason = "loopback is left out: the server of this check is on it"
	return f
}

// crowd judges how many of too many candidates were tried. A description may
// bring so many, and candidates told one by one are counted with it.
func (w *world) crowd(f *finding, t *trial) {
	if f.lacking(t) {
		return
	}
	n := 0
	for a := range w.reached() {
		if strings.HasPrefix(a.String(), crowd) {
			n++
		}
	}
	f.looked += 2 * crowdSize
	if n > hostile.Excess {
		f.breaks("%d of too many candidates were tried", n)
	}
}

// noWayInside: P16, the relay's part.
func noWayInside(_ *world, trials []*trial) finding {
	f := finding{at: "forbidden places asked of the relay that this program brings; it refused"}
	t := named(trials, "relay-probe")
	if f.lacking(t) {
		return f
	}
	f.looked = t.counts[askedOf]
	for _, a := range t.notes {
		f.breaks("%s was opened", a)
	}
	return f
}

// ownServerOnly: P24.
func ownServerOnly(w *world, _ []*trial) finding {
	f := finding{at: "addresses that the phone's network reached; its server, its relay and the peer, which are all this computer"}
	w.watch.mu.Lock()
	defer w.watch.mu.Unlock()
	for to := range w.watch.sent {
		f.looked++
		if !here(to.Addr()) {
			f.breaks("packets to %v", to)
		}
	}
	server := w.server.Addr().HostPort
	for _, d := range w.watch.dials {
		f.looked++
		if d.to != server {
			f.breaks("a connection to %s", d.to)
		}
	}
	for _, n := range w.watch.names {
		f.breaks("the name %q was asked for", n)
	}
	return f
}

// throughTheOwnServer: P26.
func throughTheOwnServer(w *world, trials []*trial) finding {
	f := finding{at: "call to somebody on another server; it went through the phone's own, and no connection to the other was made"}
	t := named(trials, "other-server")
	if f.lacking(t) {
		f.reason = t.skipped
		return f
	}
	f.looked++
	w.watch.mu.Lock()
	defer w.watch.mu.Unlock()
	for _, d := range w.watch.dials {
		for _, other := range t.notes {
			if d.to == other {
				f.breaks("a connection to %s", d.to)
			}
		}
	}
	return f
}

// relayOrNothing: P9.
func relayOrNothing(_ *world, trials []*trial) finding {
	f := finding{at: "call placed while the relay could not be reached; it ended with \"relay-unavailable\" and the peer heard nothing"}
	t := named(trials, "relay-down")
	if f.lacking(t) {
		f.reason = t.skipped
		return f
	}
	f.looked++
	if t.reason != phone.RelayUnavailable {
		f.breaks("it ended with %v", t.reason)
	}
	if n := len(t.peer.Log().Messages()) + len(t.peer.Log().Flows()); n > 0 {
		f.breaks("the peer heard of it: %d messages and flows", n)
	}
	return f
}

// randomUserNames: P17.
func randomUserNames(w *world, trials []*trial) finding {
	f := finding{at: "user names that the relay was asked with in clear; random, and no two calls share one"}
	w.watch.mu.Lock()
	defer w.watch.mu.Unlock()
	for _, u := range w.watch.users {
		f.looked++
		if from, to := duringTrial(trials, u.first), duringTrial(trials, u.last); from != to {
			f.breaks("one user name in the calls %s and %s", from, to)
		}
		for _, secret := range []string{w.self.ID, w.self.Name} {
			if len(secret) >= minSecret && strings.Contains(strings.ToLower(u.name), strings.ToLower(secret)) {
				f.breaks("a user name tells who asks")
			}
		}
	}
	if f.looked == 0 {
		f.reason = "no relay was asked in clear"
	}
	return f
}

// minSecret is the length from which a random name does not hold a text by chance.
const minSecret = 6

// duringTrial is the name of the trial that was on at a time.
func duringTrial(trials []*trial, at time.Time) string {
	for _, t := range trials {
		if !at.Before(t.placed) && at.Before(t.over) {
			return t.name
		}
	}
	return ""
}

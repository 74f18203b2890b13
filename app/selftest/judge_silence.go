package selftest

import (
	"paravent/app/hostile"
)

// silentUntilAccepted: P1.
func silentUntilAccepted(w *world, trials []*trial) finding {
	f := finding{at: "calls watched until they were answered or over: no socket opened, no packet sent, no address told"}
	if !w.watch.watching() {
		f.lacks("the phone's network was not watched")
	}
	for _, t := range trials {
		if f.lacking(t) || !t.incoming() {
			continue
		}
		f.looked++
		if a := w.watch.between(t.placed, t.answerOrOver()); !a.quiet() && !t.who.prepared(w.cfg.Settings) {
			f.breaks("%s: %d sockets, %d connections, packets to %d addresses", t.name, a.Sockets, a.Dials, len(a.Sent))
		}
		for _, m := range t.peer.Log().Messages() {
			if m.At.Before(t.answerOrOver()) && (m.Kind == hostile.Offer || m.Kind == hostile.Answer || m.Kind == hostile.Candidate) &&
				!t.who.prepared(w.cfg.Settings) {
				f.breaks("%s: an early %v", t.name, m.Kind)
			}
		}
	}
	return f
}

// incoming tells whether the peer called.
func (t *trial) incoming() bool { return t.accepted.IsZero() || t.accepted.After(t.placed) }

// nothingFromCallsThatCameToNothing: P6.
func nothingFromCallsThatCameToNothing(w *world, trials []*trial) finding {
	f := finding{at: "calls that nobody answered, declined, or that may not ring"}
	for _, t := range trials {
		if f.lacking(t) || !t.accepted.IsZero() {
			continue
		}
		f.looked++
		for _, a := range w.leaks(t) {
			f.breaks("%s: %s", t.name, a)
		}
		if n := len(t.peer.Log().Flows()); n > 0 {
			f.breaks("%s: packets from %d addresses", t.name, n)
		}
	}
	return f
}

// noAutomaticReply: P13.
func noAutomaticReply(_ *world, trials []*trial) finding {
	f := finding{at: "callers whom \"who can call me\" does not allow: not one message came back"}
	for _, t := range trials {
		if f.lacking(t) || t.rings || !t.incoming() {
			continue
		}
		f.looked++
		if n := len(t.peer.Log().Messages()); n > 0 || t.rang {
			f.breaks("%s: %d messages, rang %v", t.name, n, t.rang)
		}
	}
	if f.looked == 0 {
		f.reason = "everybody may ring"
	}
	return f
}

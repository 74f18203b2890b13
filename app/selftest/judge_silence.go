package selftest

import (
	"fmt"
	"time"

	"paravent/app/hostile"
)

// silentUntilAccepted: P1.
func silentUntilAccepted(w *world, trials []*trial) finding {
	f := finding{at: "calls watched until they were answered or over; no socket opened, no packet sent, no address told"}
	for _, t := range trials {
		if !t.incoming() || f.lacking(t) {
			continue
		}
		f.looked++
		if t.rings && t.who.prepared(w.cfg.Settings) {
			w.onlyToTheRelay(&f, t)
			continue
		}
		if a := w.watch.between(t.placed, t.answerOrOver()); !a.quiet() {
			f.breaks("%s: %d sockets, %d connections, packets to %d addresses", t.name, a.Sockets, a.Dials, len(a.Sent))
		}
		for _, m := range t.peer.Log().Messages() {
			if m.At.Before(t.answerOrOver()) && (m.Kind == hostile.Offer || m.Kind == hostile.Answer || m.Kind == hostile.Candidate) {
				f.breaks("%s: an early %v", t.name, m.Kind)
			}
		}
	}
	if w.watch.blind() {
		f.lacks("the phone's network was not watched")
	}
	return f
}

// onlyToTheRelay judges a call that is made ready while it rings: it may ask
// the relay, and nobody else.
func (w *world) onlyToTheRelay(f *finding, t *trial) {
	for _, s := range w.watch.between(t.placed, t.answerOrOver()).Sent {
		if !w.atServer(s.to) {
			f.breaks("%s: packets to %v before the answer", t.name, s.to)
		}
	}
	for _, a := range w.leaks(t) {
		f.breaks("%s: %s was told before the answer", t.name, a)
	}
}

// incoming tells whether the peer called.
func (t *trial) incoming() bool {
	return !t.placed.IsZero() && (t.accepted.IsZero() || t.accepted.After(t.placed)) && t.name != "relay-probe"
}

// nothingFromCallsThatCameToNothing: P6.
func nothingFromCallsThatCameToNothing(w *world, trials []*trial) finding {
	f := finding{at: "calls that nobody answered, that were declined or may not ring"}
	for _, t := range trials {
		if !t.incoming() || !t.accepted.IsZero() || f.lacking(t) {
			continue
		}
		f.looked++
		for _, a := range w.leaks(t) {
			f.breaks("%s: %s", t.name, a)
		}
		for _, x := range t.peer.Log().Flows() {
			if !t.who.prepared(w.cfg.Settings) || w.standing(x.From) != relays {
				f.breaks("%s: packets from %v", t.name, x.From)
			}
		}
	}
	return f
}

// noSoundBeforeTheAnswer: P10.
func noSoundBeforeTheAnswer(_ *world, trials []*trial) finding {
	f := finding{at: "calls; not one packet of media before the person answered or called"}
	for _, t := range trials {
		if t.peer == nil || t.placed.IsZero() {
			continue
		}
		f.looked++
		for _, x := range t.peer.Log().Flows() {
			if x.Class == hostile.Media && (t.accepted.IsZero() || x.First.Before(t.accepted)) {
				f.breaks("%s: %d packets of media", t.name, x.Count)
			}
		}
	}
	return f
}

// maxHangup is what hanging up may take: the 100 ms of P11, and as much again
// because all parties of the check share one computer.
const maxHangup = 200 * time.Millisecond

// hangingUpIsAtOnce: P11.
func hangingUpIsAtOnce(_ *world, trials []*trial) finding {
	f := finding{at: "calls hung up, one of them in a flood of knocks; the sound stopped"}
	for _, t := range trials {
		if t.ended.IsZero() || f.lacking(t) {
			continue
		}
		f.looked++
		if t.name == "flood" {
			if ms := t.counts[hangupMS]; ms > int(maxHangup.Milliseconds()) {
				f.breaks("hanging up took %d ms in the flood", ms)
			}
			for _, n := range t.notes {
				f.breaks("flood: %s", n)
			}
			continue
		}
		for _, n := range late(t.peer, t.ended) {
			f.breaks("%s: %s", t.name, n)
		}
	}
	f.reason = noCalls(f)
	return f
}

// strangersMeetOneParser: P12.
func strangersMeetOneParser(w *world, trials []*trial) finding {
	f := finding{at: "descriptions and candidates sent before an answer; they had no effect"}
	for _, t := range trials {
		if t.counts[early] == 0 || f.lacking(t) {
			continue
		}
		f.looked += t.counts[early]
		if a := w.watch.between(t.placed, t.answerOrOver()); !a.quiet() && !t.who.prepared(w.cfg.Settings) {
			f.breaks("%s: %d sockets opened", t.name, a.Sockets)
		}
		for _, m := range t.peer.Log().Messages() {
			if m.Kind == hostile.Answer || m.Kind == hostile.Proceed {
				f.breaks("%s: %v came back", t.name, m.Kind)
			}
		}
	}
	return f
}

// noAutomaticReply: P13.
func noAutomaticReply(_ *world, trials []*trial) finding {
	f := finding{at: "callers whom \"who can call me\" does not allow; not one message came back"}
	for _, t := range trials {
		if t.rings || !t.incoming() || f.lacking(t) {
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

// oneSilence: P14.
func oneSilence(_ *world, trials []*trial) finding {
	f := finding{at: "callers who may not ring; blocked or only unknown, what they received was the same: nothing, and their call went on until they gave up"}
	for _, t := range trials {
		if t.rings || !t.incoming() || t.name == "flood" || f.lacking(t) {
			continue
		}
		f.looked++
		for _, m := range t.peer.Log().Messages() {
			f.breaks("%s: %v", t.name, m.Kind)
		}
		if t.endedEarly {
			f.breaks("%s: the call ended by itself", t.name)
		}
	}
	return f
}

// maxRings is what may ring in all at once, with what is won back meanwhile.
const maxRings = 24

// floodRingsLittle: P15.
func floodRingsLittle(_ *world, trials []*trial) finding {
	f := finding{at: "knocks of a flood"}
	t := named(trials, "flood")
	if f.lacking(t) {
		f.reason = t.skipped
		return f
	}
	f.looked = t.counts[floodOf]
	f.at += fmt.Sprintf("; it rang %d times", t.counts[rung])
	if t.counts[rung] > maxRings {
		f.breaks("it rang %d times", t.counts[rung])
	}
	if !t.rings && t.counts[answers] > 0 {
		f.breaks("%d answers to somebody who may not ring", t.counts[answers])
	}
	return f
}

package selftest

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"paravent/app/hostile"
	"paravent/app/phone"
)

var (
	candidateType = regexp.MustCompile(`candidate:\S+ \d+ \S+ \d+ (\S+) (\d+) typ (\S+)(.*)`)
	related       = regexp.MustCompile(`raddr (\S+) rport (\d+)`)
)

// onlyThroughTheGate: P3.
func onlyThroughTheGate(w *world, trials []*trial) finding {
	f := finding{at: "candidates and descriptions read"}
	for _, t := range trials {
		if t.peer == nil {
			continue
		}
		for _, m := range t.peer.Log().Messages() {
			if m.Text == "" || m.Kind == hostile.Propose {
				continue
			}
			f.looked++
			for _, c := range candidateType.FindAllStringSubmatch(m.Text, -1) {
				r := related.FindStringSubmatch(c[4])
				if c[3] != "host" && (r == nil || r[1] != "0.0.0.0" || r[2] != "9") {
					f.breaks("%s: the %s candidate carries %q", t.name, c[3], strings.TrimSpace(c[4]))
				}
			}
		}
		for _, a := range w.leaks(t) {
			f.breaks("%s: %s was told", t.name, a)
		}
	}
	f.reason = noCalls(f)
	return f
}

// stricterSideWins: P4. The peer always wishes the widest route.
func stricterSideWins(_ *world, trials []*trial) finding {
	f := finding{at: "calls with a peer that wished a direct path; the route agreed was that of the settings"}
	for _, t := range trials {
		if t.accepted.IsZero() || f.lacking(t) {
			continue
		}
		f.looked++
		for _, m := range t.peer.Log().Messages() {
			if m.Route > t.route {
				f.breaks("%s: a wider route than %v was agreed", t.name, t.route)
			}
			for _, c := range candidateType.FindAllStringSubmatch(m.Text, -1) {
				if t.route == phone.Relay && c[3] != "relay" {
					f.breaks("%s: a %s candidate on a relayed route", t.name, c[3])
				}
			}
		}
		for _, r := range t.receipts {
			if r.Route > t.route {
				f.breaks("%s: media went %v", t.name, r.Route)
			}
		}
	}
	f.reason = noCalls(f)
	return f
}

// noCalls is the reason where no call can be accepted.
func noCalls(f finding) string {
	if f.looked > 0 {
		return ""
	}
	return "the settings let no call come about"
}

// relayedUnlessChosen: P5.
func relayedUnlessChosen(w *world, trials []*trial) finding {
	f := finding{at: "calls; a direct path only where the settings or the contact's choice say so"}
	for _, t := range trials {
		if t.accepted.IsZero() || f.lacking(t) {
			continue
		}
		f.looked++
		if t.route == phone.Relay && w.direct(t) {
			f.breaks("%s: packets came straight from this phone", t.name)
		}
	}
	f.reason = noCalls(f)
	return f
}

// direct tells whether packets came from one of the phone's own sockets.
func (w *world) direct(t *trial) bool {
	return slices.ContainsFunc(t.peer.Log().Flows(), func(x hostile.Flow) bool { return w.standing(x.From) == ours })
}

// receiptSaysWhatWasSeen: P7.
func receiptSaysWhatWasSeen(w *world, trials []*trial) finding {
	f := finding{at: "receipts compared with the peer's own log"}
	for _, t := range trials {
		if len(t.receipts) == 0 || f.lacking(t) {
			continue
		}
		f.looked += len(t.receipts)
		saw, said := w.pairs(t), []string{}
		for _, r := range t.receipts {
			said = append(said, r.PeerSaw...)
		}
		for _, a := range saw {
			if !slices.ContainsFunc(said, func(b string) bool { return hostOf(a) == hostOf(b) }) {
				f.breaks("%s: the peer saw %s, which the receipt does not say", t.name, a)
			}
		}
		for _, a := range said {
			if !t.up {
				break // it may say more than a call that ended at once could tell
			}
			if !slices.Contains(saw, a) {
				f.breaks("%s: the receipt says %s, which the peer never saw", t.name, a)
			}
		}
	}
	f.reason = noCalls(f)
	return f
}

// hostOf is the address of a pair. The port of a socket that is bound to no
// address shows at any of them; only the addresses must all be in the receipt.
func hostOf(pair string) string {
	a, err := netip.ParseAddrPort(pair)
	if err != nil {
		return pair
	}
	return a.Addr().String()
}

// pairs are the phone's and its relay's addresses with their ports, as the
// peer learned them.
func (w *world) pairs(t *trial) (list []string) {
	for _, f := range t.peer.Log().Facts() {
		if f.Addr.Port() == 0 || w.standing(f.Addr) == foreign {
			continue
		}
		text := netip.AddrPortFrom(f.Addr.Addr().Unmap(), f.Addr.Port()).String()
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// relayHereHidesNothing: P25.
func relayHereHidesNothing(_ *world, trials []*trial) finding {
	f := finding{at: "receipts: the relay of this check is this computer, and \"hidden\" was not claimed"}
	for _, t := range trials {
		for _, r := range t.receipts {
			if r.Route != phone.Relay {
				continue
			}
			f.looked++
			if r.Hidden || r.RelayKind != phone.RelayHere {
				f.breaks("%s: hidden %v, relay %q", t.name, r.Hidden, r.RelayKind)
			}
		}
	}
	if f.looked == 0 {
		f.reason = "no call went through a relay under these settings"
	}
	return f
}

package selftest

import (
	"slices"
	"strings"

	"paravent/app/hostile"
	"paravent/app/phone"
)

// packetsOfOneSize: P20.
func packetsOfOneSize(w *world, trials []*trial) finding {
	f := finding{at: "packets of sound, decrypted, of a voice and of a muted microphone; all of one size"}
	if !w.cfg.Settings.Effective().Privacy.ConstantBitrate {
		f.reason = "private speech is off"
		return f
	}
	for _, t := range trials {
		if !t.up || f.lacking(t) {
			continue
		}
		sizes := t.peer.Log().SoundSizes(t.call)
		f.looked += len(sizes)
		if len(sizes) > 0 && slices.Min(sizes) != slices.Max(sizes) {
			f.breaks("%s: %d to %d bytes", t.name, slices.Min(sizes), slices.Max(sizes))
		}
		if t.name == "contact-answered" && t.counts[whileMuted] < enough {
			f.breaks("%s: sound stops when muted", t.name)
		}
	}
	f.reason = noCalls(f)
	return f
}

// The parts of a call that must be new in each, and those that are the same
// for everybody.
var (
	perCall = []string{"sdp ice-ufrag", "sdp ice-pwd", "sdp fingerprint", "sdp cname", "sdp msid", "sdp ssrc", "sdp foundation",
		"certificate serial", "rtp ssrc", "rtcp cname", "stun username"}
	forAll = map[string]string{"sdp origin": "- 1 1 IN IP4 0.0.0.0", "sdp session": "-", "certificate name": "CN=WebRTC"}
	never  = []string{"sdp tool", "stun software"} // version strings
)

// nothingStable: P21.
func nothingStable(_ *world, trials []*trial) finding {
	f := finding{at: "fields of descriptions, certificates and packets; none is shared by two calls or names a version"}
	seen := map[string]string{} // field and value -> call
	for _, t := range trials {
		if t.peer == nil {
			continue
		}
		for _, x := range t.peer.Log().Fields() {
			f.looked++
			key := x.Name + " " + x.Value
			switch other, known := seen[key]; {
			case slices.Contains(never, x.Name):
				f.breaks("%s: %s", t.name, key)
			case forAll[x.Name] != "" && x.Value != forAll[x.Name]:
				f.breaks("%s: %s", t.name, key)
			case x.Name == "certificate begins" && !strings.HasSuffix(x.Value, "-01T00:00:00Z"):
				f.breaks("%s: the certificate tells the clock: %s", t.name, x.Value)
			case slices.Contains(perCall, x.Name) && known && other != x.Call.String():
				f.breaks("%s: %s was in an earlier call", t.name, x.Name)
			default:
				seen[key] = x.Call.String()
			}
		}
	}
	f.reason = noCalls(f)
	return f
}

// onlyTheValidatedPair: P22.
func onlyTheValidatedPair(_ *world, trials []*trial) finding {
	f := finding{at: "handshakes begun from sockets that are no part of the call; none was answered"}
	for _, t := range trials {
		if t.peer == nil {
			continue
		}
		log := t.peer.Log()
		for _, x := range log.Fields() {
			switch x.Name {
			case hostile.RaceTried:
				f.looked++
			case hostile.RaceWon:
				f.breaks("%s: a handshake from outside the call was completed with %s", t.name, x.Value)
			}
		}
		for _, x := range log.Flows() {
			if strings.HasPrefix(x.At, hostile.RaceSocket) && x.Class == hostile.DTLS {
				f.breaks("%s: %d packets of a handshake from %v", t.name, x.Count, x.From)
			}
		}
	}
	f.reason = noCalls(f)
	return f
}

// fingerprintHolds: P23.
func fingerprintHolds(_ *world, trials []*trial) finding {
	f := finding{at: "calls, one of them with the wrong fingerprint: that one brought no packet of media; and malformed descriptions, which ended theirs"}
	t := named(trials, "wrong-fingerprint")
	if !f.lacking(t) {
		f.looked++
		if n := t.peer.Log().Packets(hostile.Media); n > 0 {
			f.breaks("%d packets of media to the wrong certificate", n)
		}
		if len(t.notes) > 0 || t.reason == phone.NotEnded {
			f.breaks("the call with the wrong fingerprint went on")
		}
	}
	m := named(trials, "malformed")
	if !f.lacking(m) {
		f.looked += m.counts[refused]
		for _, n := range m.notes {
			f.breaks("a malformed description ended its call with %s", n)
		}
		if n := len(m.peer.Log().Flows()); n > 0 {
			f.breaks("packets from %d addresses after a malformed description", n)
		}
	}
	f.reason = noCalls(f)
	return f
}

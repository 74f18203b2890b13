package selftest

// judge looks at all trials for one rule of docs/threats.md.
type judge struct {
	rule  string
	judge func(w *world, trials []*trial) finding
}

// judges are one for each rule, in order.
var judges = []judge{
	{"P1", silentUntilAccepted}, {"P2", noNames}, {"P3", onlyThroughTheGate}, {"P4", stricterSideWins},
	{"P5", relayedUnlessChosen}, {"P6", nothingFromCallsThatCameToNothing}, {"P7", receiptSaysWhatWasSeen},
	{"P8", notOnLoopback}, {"P9", relayOrNothing}, {"P10", noSoundBeforeTheAnswer}, {"P11", hangingUpIsAtOnce},
	{"P12", strangersMeetOneParser}, {"P13", noAutomaticReply}, {"P14", oneSilence}, {"P15", floodRingsLittle},
	{"P16", noWayInside}, {"P17", randomUserNames}, {"P18", noProbing}, {"P19", flowsCanBeMatched},
	{"P20", packetsOfOneSize}, {"P21", nothingStable}, {"P22", onlyTheValidatedPair}, {"P23", fingerprintHolds},
	{"P24", ownServerOnly}, {"P25", relayHereHidesNothing}, {"P26", throughTheOwnServer},
}

// named finds a trial.
func named(trials []*trial, name string) *trial {
	for _, t := range trials {
		if t.name == name {
			return t
		}
	}
	return &trial{name: name, skipped: "it did not take place"}
}

// notOnLoopback: P8 is about the way out of this computer, which the check
// never takes.
func notOnLoopback(w *world, _ []*trial) finding {
	chosen := "no device and no tunnel is chosen"
	switch p := w.cfg.Settings.Privacy; {
	case p.Tunnel:
		chosen = "calls go through the tunnel"
	case p.VPNDevice != "":
		chosen = "calls are bound to the device \"" + p.VPNDevice + "\""
	}
	return finding{reason: chosen + "; the check stays on loopback, to which no device and no tunnel leads, and left both out"}
}

// flowsCanBeMatched: P19 is a limit, not a promise.
func flowsCanBeMatched(*world, []*trial) finding {
	return finding{reason: "a limit that is stated and not a promise: whoever sees both sides of a relay can match flows by time and size"}
}

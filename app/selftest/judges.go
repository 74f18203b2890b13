package selftest

// judge looks at all trials for one rule of docs/threats.md.
type judge struct {
	rule  string
	judge func(w *world, trials []*trial) finding
}

// judges are one for each rule, in order.
var judges = []judge{
	{"P1", silentUntilAccepted}, {"P3", onlyThroughTheGate}, {"P4", stricterSideWins}, {"P5", relayedUnlessChosen},
	{"P6", nothingFromCallsThatCameToNothing}, {"P7", receiptSaysWhatWasSeen},
	{"P13", noAutomaticReply}, {"P25", relayHereHidesNothing},
}

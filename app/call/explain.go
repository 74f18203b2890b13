package call

import "fmt"

var kindNames = map[kind]string{
	kindAck: "ack", kindPropose: "propose", kindRinging: "ringing", kindProceed: "proceed", kindReject: "reject",
	kindRetract: "retract", kindOffer: "offer", kindAnswer: "answer", kindCandidate: "candidate", kindWant: "want",
	kindState: "state", kindHangup: "hangup",
	kindPrepare: "prepare", kindRoute: "route", kindMoved: "moved", kindDrop: "drop",
	kindKnock: "knock", kindWelcome: "welcome",
	kindCommit: "commit", kindKey: "key", kindReveal: "reveal",
}

// Explain names the kind of a call message and the text in it, for tests that
// look at what a peer was sent. What is no call message has kind "unreadable".
func Explain(payload []byte) (kind, text string) {
	f, err := decodeFrame(payload)
	if err != nil {
		f, err = decodeKnock(payload)
	}
	if err != nil {
		return "unreadable", err.Error()
	}
	kind, ok := kindNames[f.msg.kind]
	if !ok {
		kind = fmt.Sprintf("kind-%d", f.msg.kind)
	}
	return kind, f.msg.text
}

package hostile

import (
	"encoding/binary"
	"fmt"
	"time"

	"paravent/app/phone"
)

// Kind is what a call message says, read by this package's own decoder: the
// log must not depend on the code under test.
type Kind byte

// The kinds that this package sends or judges. Others are named by number.
const (
	Ack       Kind = 1
	Propose   Kind = 2
	Ringing   Kind = 3
	Proceed   Kind = 4
	Reject    Kind = 5
	Retract   Kind = 6
	Offer     Kind = 7
	Answer    Kind = 8
	Candidate Kind = 9
	Hangup    Kind = 12
	Prepare   Kind = 13
)

var kindNames = map[Kind]string{
	Ack: "ack", Propose: "propose", Ringing: "ringing", Proceed: "proceed", Reject: "reject", Retract: "retract",
	Offer: "offer", Answer: "answer", Candidate: "candidate", 10: "want", 11: "state", Hangup: "hangup",
	Prepare: "prepare", 14: "route", 15: "moved", 16: "drop",
}

// String is the kind's name in the protocol.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("kind-%d", byte(k))
}

// MarshalText makes a kind readable in JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// headLen is kind 1, seq 4, ack 4, sent at 8.
const headLen = 17

// Frame makes a call message by hand. seq is its number in the call.
func Frame(k Kind, seq uint32, body []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{byte(k)}, seq)
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(time.Now().UnixMilli())) //nolint:gosec // a time of today
	return append(b, body...)
}

// Text is the body of an ANSWER or CANDIDATE of a generation.
func Text(gen uint32, text string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, gen), text...)
}

// Session is the body of an OFFER of a session of its own over a route.
func Session(gen uint32, r phone.Route, sdp string) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, gen), byte(r)), sdp...)
}

// read takes a payload apart as far as it is understood: everything else is
// searched as it is.
func read(payload []byte) (k Kind, sent time.Time, text string) {
	if len(payload) < headLen {
		return 0, time.Time{}, ""
	}
	k = Kind(payload[0])
	sent = time.UnixMilli(int64(binary.BigEndian.Uint64(payload[9:]))) //nolint:gosec // any value is a time
	body := payload[headLen:]
	switch {
	case k == Offer && len(body) > 5:
		text = string(body[5:])
	case (k == Answer || k == Candidate) && len(body) > 4:
		text = string(body[4:])
	case k == Propose && len(body) > 14:
		text = string(body[14:]) // the name
	}
	return k, sent, text
}

package call

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"paravent/app/phone"
)

// kind is what a message says. The numbers are the wire's.
type kind uint8

const (
	kindAck       kind = iota + 1 // nothing but the frame's own acknowledgement
	kindPropose                   // caller: let us talk; seals no address
	kindRinging                   // callee: it rings (only to callers who may know)
	kindProceed                   // callee: the person accepted; the route both agreed
	kindReject                    // callee: declined, busy or unable
	kindRetract                   // caller: gave up before PROCEED
	kindOffer                     // caller only, so that offers never cross
	kindAnswer                    // callee
	kindCandidate                 // both
	kindWant                      // callee: please offer again (ICE restart)
	kindState                     // both: Flags, all of them, the last one counts
	kindHangup                    // both, after PROCEED
	kindPrepare                   // callee: while it rings, the relay works: offer already
	kindRoute                     // both: ask, withdraw, refuse a direct route; go back to the relay
	kindMoved                     // both: the session of this generation carries here
	kindDrop                      // both: the session of this generation is over
	kindKnock                     // of no call: a stranger asks to be let in
	kindWelcome                   // of no call: the answer of the person who was asked
	kindCommit                    // caller: see package sas, as are the next two
	kindKey                       // callee
	kindReveal                    // caller
	kindLast      = kindReveal
)

// routeStep is what a ROUTE says.
type routeStep uint8

const (
	stepAsk      routeStep = iota + 1 // let us go direct; also the agreement to the other's ASK
	stepWithdraw                      // of one's own ASK
	stepRefuse                        // of the other's ASK
	stepRelay                         // callee: offer a relayed session now
)

// why goes with REJECT, RETRACT and HANGUP.
type why uint8

const (
	whyDeclined    why = iota + 1 // REJECT
	whyBusy                       // REJECT
	whyUnavailable                // REJECT: accepted, but the relay did not answer
	whyCancelled                  // RETRACT
	whyTimeout                    // RETRACT
	whyHungUp                     // HANGUP
	whyFailed                     // HANGUP: no media path
	whyLost                       // HANGUP: the media path died
	whyClosed                     // HANGUP: the phone closed
)

// message is one of the kinds with its own fields set.
type message struct {
	kind     kind
	why      why           // REJECT, RETRACT, HANGUP
	route    phone.Route   // PROCEED; OFFER: of a session of its own, NoRoute restarts the one that carries
	ready    bool          // PROCEED: this side holds on to what was made ready
	video    bool          // PROCEED, PREPARE: the call may have pictures
	step     routeStep     // ROUTE
	ask      uint32        // ROUTE: number of the ASK it is about
	flags    Flags         // STATE
	gen      uint32        // OFFER, ANSWER, CAND, WANT, MOVED, DROP; COMMIT, KEY, REVEAL: with which the session began
	text     string        // OFFER, ANSWER: SDP; CAND; KNOCK
	name     string        // KNOCK: what they call themselves
	left     time.Duration // WELCOME: how long it holds, whole seconds
	key      [32]byte      // COMMIT, KEY, REVEAL
	proposal Proposal      // PROPOSE
}

// last tells the message after which nothing follows. It overtakes and
// replaces whatever was not acknowledged before it.
func (m message) last() bool {
	return m.kind == kindReject || m.kind == kindRetract || m.kind == kindHangup
}

// frame is a message with its number, as it travels sealed.
//
//	kind 1 | seq 4 | ack 4 | sent at, unix ms 8 | body
type frame struct {
	seq, ack uint32 // ack: all below were received
	at       time.Time
	msg      message
}

const (
	headLen      = 1 + 4 + 4 + 8
	maxFrame     = 12 << 10
	maxSDP       = maxFrame - headLen - 5
	maxCandidate = 512
)

var errBadFrame = errors.New("malformed call message")

func appendFrame(b []byte, f frame) []byte {
	b = append(b, byte(f.msg.kind))
	b = binary.BigEndian.AppendUint32(b, f.seq)
	b = binary.BigEndian.AppendUint32(b, f.ack)
	b = binary.BigEndian.AppendUint64(b, uint64(f.at.UnixMilli())) //nolint:gosec // reversed by decodeHead
	m := f.msg
	switch m.kind {
	case kindAck, kindRinging:
	case kindPrepare:
		b = append(b, bit(m.video))
	case kindPropose:
		b = appendProposal(b, m.proposal)
	case kindProceed:
		b = append(b, byte(m.route), bit(m.ready), bit(m.video))
	case kindReject, kindRetract, kindHangup:
		b = append(b, byte(m.why))
	case kindOffer:
		b = append(append(binary.BigEndian.AppendUint32(b, m.gen), byte(m.route)), m.text...)
	case kindAnswer, kindCandidate:
		b = append(binary.BigEndian.AppendUint32(b, m.gen), m.text...)
	case kindWant, kindMoved, kindDrop:
		b = binary.BigEndian.AppendUint32(b, m.gen)
	case kindCommit, kindKey, kindReveal:
		b = append(binary.BigEndian.AppendUint32(b, m.gen), m.key[:]...)
	case kindRoute:
		b = binary.BigEndian.AppendUint32(append(b, byte(m.step)), m.ask)
	case kindKnock:
		b = appendKnock(b, m)
	case kindWelcome:
		b = appendWelcome(b, m.left)
	case kindState:
		b = append(b, bit(m.flags.Muted)|bit(m.flags.CameraOff)<<1|bit(m.flags.Held)<<2)
	}
	return b
}

// decodeFrame reads any frame of a session. Strangers' frames go to decodeKnock.
func decodeFrame(b []byte) (frame, error) {
	if len(b) > maxFrame {
		return frame{}, fmt.Errorf("%w: %d bytes", errBadFrame, len(b))
	}
	f, body, err := decodeHead(b)
	if err != nil {
		return frame{}, err
	}
	f.msg, err = decodeBody(f.msg, body)
	return f, err
}

func decodeBody(m message, body []byte) (_ message, err error) {
	switch m.kind {
	case kindAck, kindRinging:
		err = wantLen(body, 0)
	case kindPrepare:
		m.video, err = decodeBit(body)
	case kindPropose:
		m.proposal, err = decodeProposal(body)
	case kindProceed:
		err = decodeProceed(&m, body)
	case kindReject:
		m.why, err = decodeWhy(body, whyDeclined, whyUnavailable)
	case kindRetract:
		m.why, err = decodeWhy(body, whyCancelled, whyTimeout)
	case kindHangup:
		m.why, err = decodeWhy(body, whyHungUp, whyClosed)
	case kindOffer:
		m.gen, m.route, m.text, err = decodeOffer(body)
	case kindAnswer:
		m.gen, m.text, err = decodeText(body, maxSDP)
	case kindCandidate:
		m.gen, m.text, err = decodeText(body, maxCandidate)
	case kindWant, kindMoved, kindDrop:
		m.gen, err = decodeGen(body)
	case kindCommit, kindKey, kindReveal:
		m.gen, m.key, err = decodeKey(body)
	case kindState:
		m.flags, err = decodeFlags(body)
	case kindRoute:
		m.step, m.ask, err = decodeStep(body)
	case kindKnock, kindWelcome:
		err = fmt.Errorf("%w: kind %d in a session", errBadFrame, m.kind)
	}
	return m, err
}

func decodeHead(b []byte) (frame, []byte, error) {
	if len(b) < headLen || b[0] < byte(kindAck) || b[0] > byte(kindLast) {
		return frame{}, nil, fmt.Errorf("%w: head", errBadFrame)
	}
	return frame{
		seq: binary.BigEndian.Uint32(b[1:]),
		ack: binary.BigEndian.Uint32(b[5:]),
		at:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[9:]))), //nolint:gosec // any value is a time
		msg: message{kind: kind(b[0])},
	}, b[headLen:], nil
}

func decodeProceed(m *message, b []byte) error {
	if len(b) != 3 || phone.Route(b[0]) != phone.Relay && phone.Route(b[0]) != phone.Direct || b[1] > 1 || b[2] > 1 {
		return fmt.Errorf("%w: route", errBadFrame)
	}
	m.route, m.ready, m.video = phone.Route(b[0]), b[1] == 1, b[2] == 1
	return nil
}

func decodeBit(b []byte) (bool, error) {
	if len(b) != 1 || b[0] > 1 {
		return false, fmt.Errorf("%w: bit", errBadFrame)
	}
	return b[0] == 1, nil
}

func decodeOffer(b []byte) (uint32, phone.Route, string, error) {
	if len(b) <= 5 || len(b)-5 > maxSDP || phone.Route(b[4]) > phone.Direct {
		return 0, phone.NoRoute, "", fmt.Errorf("%w: offer", errBadFrame)
	}
	return binary.BigEndian.Uint32(b), phone.Route(b[4]), string(b[5:]), nil
}

func decodeStep(b []byte) (routeStep, uint32, error) {
	if len(b) != 5 || routeStep(b[0]) < stepAsk || routeStep(b[0]) > stepRelay {
		return 0, 0, fmt.Errorf("%w: step", errBadFrame)
	}
	return routeStep(b[0]), binary.BigEndian.Uint32(b[1:]), nil
}

func decodeWhy(b []byte, from, to why) (why, error) {
	if len(b) != 1 || why(b[0]) < from || why(b[0]) > to {
		return 0, fmt.Errorf("%w: reason", errBadFrame)
	}
	return why(b[0]), nil
}

func decodeText(b []byte, limit int) (uint32, string, error) {
	if len(b) <= 4 || len(b)-4 > limit {
		return 0, "", fmt.Errorf("%w: text", errBadFrame)
	}
	return binary.BigEndian.Uint32(b), string(b[4:]), nil
}

func decodeGen(b []byte) (uint32, error) {
	if err := wantLen(b, 4); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(b), nil
}

func decodeKey(b []byte) (uint32, [32]byte, error) {
	if err := wantLen(b, 4+32); err != nil {
		return 0, [32]byte{}, err
	}
	return binary.BigEndian.Uint32(b), [32]byte(b[4:]), nil
}

func decodeFlags(b []byte) (Flags, error) {
	if len(b) != 1 || b[0] > 7 {
		return Flags{}, fmt.Errorf("%w: flags", errBadFrame)
	}
	return Flags{Muted: b[0]&1 != 0, CameraOff: b[0]&2 != 0, Held: b[0]&4 != 0}, nil
}

func wantLen(b []byte, n int) error {
	if len(b) != n {
		return fmt.Errorf("%w: length", errBadFrame)
	}
	return nil
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

package call

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"paravent/app/phone"
)

// Limits of a knock, the only bytes of ours that strangers can send (P12).
const (
	maxKnock        = knockLongest
	maxName         = 64 // bytes
	maxTTL          = 120 * time.Second
	proposalVersion = 1
	proposalHead    = 1 + 1 + 1 + 8 + 2 + 1 // version, bits, wish, created, ttl, length of the name
)

// Proposal asks somebody to talk. It holds no address (P1).
type Proposal struct {
	Video   bool
	Prepare bool // the caller offers while it rings if the callee says PREPARE
	Wish    phone.Route
	Created time.Time     // by the caller's clock, to the millisecond
	TTL     time.Duration // whole seconds
	Name    string        // what the caller calls themselves, safe to show
	HasLink bool          // set on arrival: the caller used the link that this phone gives out now
}

// decodeKnock reads what may come in a knock: a PROPOSE, the RETRACT of a
// caller who never heard from us, and what is left at the door.
func decodeKnock(b []byte) (frame, error) {
	if len(b) > maxKnock {
		return frame{}, fmt.Errorf("%w: knock of %d bytes", errBadFrame, len(b))
	}
	f, body, err := decodeHead(b)
	if err != nil {
		return frame{}, err
	}
	switch f.msg.kind {
	case kindPropose:
		f.msg.proposal, err = decodeProposal(body)
	case kindRetract:
		f.msg.why, err = decodeWhy(body, whyCancelled, whyTimeout)
	case kindKnock:
		f.msg.text, f.msg.name, err = decodeKnockBody(body)
	case kindWelcome:
		f.msg.left, err = decodeWelcome(body)
	case kindAck, kindRinging, kindProceed, kindReject, kindOffer, kindAnswer,
		kindCandidate, kindWant, kindState, kindHangup, kindPrepare, kindRoute, kindMoved, kindDrop, kindCommit, kindKey, kindReveal:
		err = fmt.Errorf("%w: kind %d in a knock", errBadFrame, f.msg.kind)
	}
	return f, err
}

func decodeProposal(b []byte) (Proposal, error) {
	if len(b) < proposalHead || b[0] != proposalVersion || b[1] > 3 {
		return Proposal{}, fmt.Errorf("%w: proposal", errBadFrame)
	}
	p := Proposal{
		Video:   b[1]&1 != 0,
		Prepare: b[1]&2 != 0,
		Wish:    phone.Route(b[2]),
		Created: time.UnixMilli(int64(binary.BigEndian.Uint64(b[3:]))), //nolint:gosec // any value is a time
		TTL:     time.Duration(binary.BigEndian.Uint16(b[11:])) * time.Second,
	}
	name := b[proposalHead:]
	switch {
	case p.Wish != phone.Relay && p.Wish != phone.Direct:
		return Proposal{}, fmt.Errorf("%w: wish %d", errBadFrame, b[2])
	case p.TTL == 0 || p.TTL > maxTTL:
		return Proposal{}, fmt.Errorf("%w: ttl %v", errBadFrame, p.TTL)
	case len(name) != int(b[13]) || len(name) > maxName || !utf8.Valid(name):
		return Proposal{}, fmt.Errorf("%w: name", errBadFrame)
	}
	p.Name = cleanName(string(name))
	return p, nil
}

func appendProposal(b []byte, p Proposal) []byte {
	name := cleanName(p.Name)
	b = append(b, proposalVersion, bit(p.Video)|bit(p.Prepare)<<1, byte(p.Wish))
	b = binary.BigEndian.AppendUint64(b, uint64(p.Created.UnixMilli())) //nolint:gosec // reversed by decodeProposal
	b = binary.BigEndian.AppendUint16(b, uint16(min(p.TTL, maxTTL)/time.Second))
	b = append(b, byte(len(name)))
	return append(b, name...)
}

// cleanName drops what cannot be seen or would turn text around (controls,
// bidirectional marks), and cuts at whole characters.
func cleanName(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || phone.Blank(r) {
			return -1
		}
		return r
	}, s))
	for len(s) > maxName {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.TrimSpace(s)
}

// remaining is how long a proposal that just arrived may still ring. A live
// one is measured by the caller's clock alone, so that clocks need not agree;
// one from the mailbox waited a time that only our own clock knows.
func (p Proposal) remaining(sent, now time.Time, kept bool) time.Duration {
	age := sent.Sub(p.Created)
	if kept {
		age = now.Sub(p.Created)
	}
	return min(p.TTL, p.TTL-age)
}

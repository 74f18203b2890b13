package hostile

import (
	"encoding/binary"
	"regexp"
	"strings"
	"time"

	"paravent/app/phone"
)

// shortSDP is a description that fits a knock.
const shortSDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 127.0.0.1\r\n" +
	"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=candidate:1 1 udp 1 127.0.0.1 40404 typ host\r\n"

const shortCandidate = "candidate:1 1 udp 1 127.0.0.1 40404 typ host"

// cancelled is the reason of a RETRACT by a caller who gave up.
const cancelled = 4

// Smuggle knocks with a description and with a candidate inside, as a stranger
// who hopes for a parser (P12). It returns how many knocks.
func (p *Peer) Smuggle(to string) (int, error) {
	knocks := [][]byte{Frame(Offer, 0, Session(1, phone.Relay, shortSDP)), Frame(Answer, 0, Text(1, shortSDP)), Frame(Candidate, 0, Text(1, shortCandidate))}
	for _, k := range knocks {
		if err := p.Send(to, phone.NewCallID(), k); err != nil {
			return 0, err
		}
	}
	return len(knocks), nil
}

// Hurry sends a description and a candidate while the call still rings, as if
// it had been answered, and returns how many messages. The call's own messages
// have no number that follows: Abandon ends it.
func (p *Peer) Hurry(to string, id phone.CallID) (int, error) {
	if err := p.Send(to, id, Frame(Offer, 1, Session(1, phone.Relay, shortSDP))); err != nil {
		return 0, err
	}
	return 2, p.Send(to, id, Frame(Candidate, 2, Text(1, shortCandidate)))
}

// Abandon gives up a call after Hurry.
func (p *Peer) Abandon(to string, id phone.CallID) error {
	err := p.Send(to, id, Frame(Retract, 3, []byte{cancelled}))
	p.Hangup(id)
	return err
}

// Flood knocks n times, each time as a call of its own.
func (p *Peer) Flood(to string, n int) error {
	for range n {
		if err := p.Send(to, phone.NewCallID(), Frame(Propose, 0, proposal(p.cfg.Script.Wish))); err != nil {
			return err
		}
	}
	return nil
}

// proposal is the body of a PROPOSE without a name.
func proposal(wish phone.Route) []byte {
	b := binary.BigEndian.AppendUint64([]byte{1, 0, byte(wish)}, uint64(time.Now().UnixMilli())) //nolint:gosec // a time of today
	return append(binary.BigEndian.AppendUint16(b, 45), 0)
}

// BaitLines are all baits as candidates.
func BaitLines(baits []Bait) (lines []string) {
	for _, b := range baits {
		lines = append(lines, b.Lines()...)
	}
	return lines
}

// WithCandidates adds candidates to a description, after those that are there: a phone that stops at too many has the good ones.
func WithCandidates(sdp string, lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("a=" + l + "\r\n")
	}
	i := strings.LastIndex(sdp, "a=candidate:")
	if i < 0 {
		return sdp + b.String()
	}
	i += strings.Index(sdp[i:], "\n") + 1
	return sdp[:i] + b.String() + sdp[i:]
}

var fingerprint = regexp.MustCompile(`a=fingerprint:sha-256 \S+`)

// WithWrongFingerprint names another certificate than the one that is used.
func WithWrongFingerprint(sdp string) string {
	return fingerprint.ReplaceAllString(sdp, "a=fingerprint:sha-256 00"+strings.Repeat(":5A", 31))
}

// Report is everything that a peer has to tell.
type Report struct {
	Address  string    `json:"address"`
	Facts    []Fact    `json:"facts"`
	Messages []Message `json:"messages"`
	Flows    []Flow    `json:"flows"`
	Fields   []Field   `json:"fields"`
}

// Report tells what the peer learned so far.
func (p *Peer) Report() Report {
	return Report{Address: p.Address(), Facts: p.log.Facts(), Messages: p.log.Messages(), Flows: p.log.Flows(), Fields: p.log.Fields()}
}

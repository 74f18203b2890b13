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

// What is left at the door of somebody whom one may not ring: one sealed
// message that begins no call and gets no answer. Whether it was read, refused
// or never arrived, the one who knocked sees the same (P13, P14).
//
//	who may not ring  -- KNOCK, 140 characters -->  shown; nothing rings, nothing is sent
//	shows it          <-- WELCOME, one hour ------  only by the person's own act (Accept once)

// Limits of what is left at the door.
const (
	maxText      = phone.MaxKnock * utf8.UTFMax // bytes
	maxMarks     = 3                            // marks stacked on one character
	maxKept      = 4 * 24 * time.Hour           // no box keeps a message for longer
	noteVersion  = 1
	knockHead    = 1 + 2 // version, length of the text; then the text, and the length of the name and the name
	welcomeSize  = 1 + 2 // version, seconds
	maxWelcome   = phone.AdmitFor
	knockLongest = headLen + knockHead + maxText + 1 + maxName
)

// Faults of knocking.
var (
	ErrKnockEmpty   = phone.NewFault("knock-empty")
	ErrKnockTooLong = phone.NewFault("knock-too-long")
)

// Door is asked and told about those who knock. Its methods are called from
// the goroutine that calls Receive, and must return soon.
type Door interface {
	// MayKnock tells whether a knock of this caller is shown; hasLink that they
	// hold the link which this phone gives out now.
	MayKnock(from Party, hasLink bool) bool
	Knocked(Knock)
	// Awaits tells whether this phone knocked at theirs lately: only then a
	// WELCOME is looked at.
	Awaits(from Party) bool
	Welcomed(Welcome)
	// Rang tells that a caller rang who could do so once (Verdict.Once).
	Rang(from Party)
}

// Knock is what somebody left at the door.
type Knock struct {
	Call phone.CallID // names the message
	From Party
	Name string // what they call themselves, safe to show
	Text string // safe to show
	At   time.Time
}

// Welcome is the word that this phone may ring once.
type Welcome struct {
	From  Party
	Until time.Time
}

// EncodeKnock is the payload of a KNOCK. Errors are ErrKnockEmpty and
// ErrKnockTooLong.
func EncodeKnock(text, name string, now time.Time) ([]byte, error) {
	text = CleanText(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return nil, ErrKnockEmpty
	case n > phone.MaxKnock:
		return nil, fmt.Errorf("%w: %d characters", ErrKnockTooLong, n)
	}
	return appendFrame(nil, frame{at: now, msg: message{kind: kindKnock, text: text, name: name}}), nil
}

// EncodeWelcome is the payload of a WELCOME.
func EncodeWelcome(left time.Duration, now time.Time) []byte {
	return appendFrame(nil, frame{at: now, msg: message{kind: kindWelcome, left: left}})
}

func appendKnock(b []byte, m message) []byte {
	text, name := CleanText(m.text), cleanName(m.name)
	b = binary.BigEndian.AppendUint16(append(b, noteVersion), uint16(len(text))) //nolint:gosec // EncodeKnock bounds it
	b = append(append(b, text...), byte(len(name)))
	return append(b, name...)
}

func decodeKnockBody(b []byte) (text, name string, err error) {
	if len(b) < knockHead+1 || b[0] != noteVersion {
		return "", "", fmt.Errorf("%w: knock", errBadFrame)
	}
	n, b := int(binary.BigEndian.Uint16(b[1:])), b[knockHead:]
	if n > maxText || len(b) < n+1 || len(b)-n-1 != int(b[n]) || int(b[n]) > maxName {
		return "", "", fmt.Errorf("%w: lengths in a knock", errBadFrame)
	}
	if !utf8.Valid(b[:n]) || utf8.RuneCount(b[:n]) > phone.MaxKnock || !utf8.Valid(b[n+1:]) {
		return "", "", fmt.Errorf("%w: text of a knock", errBadFrame)
	}
	if text = CleanText(string(b[:n])); text == "" {
		return "", "", fmt.Errorf("%w: knock without a text", errBadFrame)
	}
	return text, cleanName(string(b[n+1:])), nil
}

func appendWelcome(b []byte, left time.Duration) []byte {
	left = max(time.Second, min(left, maxWelcome))
	return binary.BigEndian.AppendUint16(append(b, noteVersion), uint16(left/time.Second)) //nolint:gosec // at most an hour
}

func decodeWelcome(b []byte) (time.Duration, error) {
	if len(b) != welcomeSize || b[0] != noteVersion {
		return 0, fmt.Errorf("%w: welcome", errBadFrame)
	}
	left := time.Duration(binary.BigEndian.Uint16(b[1:])) * time.Second
	if left == 0 || left > maxWelcome {
		return 0, fmt.Errorf("%w: welcome for %v", errBadFrame, left)
	}
	return left, nil
}

// CleanText makes the text of a knock one line that is harmless to show: no
// controls, no bidirectional marks, nothing invisible but the joiners of emoji
// and scripts where they join something, and few marks on a character.
func CleanText(s string) string {
	out := make([]rune, 0, min(len(s), 2*phone.MaxKnock))
	marks := 0
	for _, r := range strings.ToValidUTF8(s, "") {
		begins := len(out) == 0 || out[len(out)-1] == ' '
		switch {
		case unicode.IsSpace(r):
			if r = ' '; begins {
				continue
			}
			marks = 0
		case joiner(r):
			if begins || joiner(out[len(out)-1]) {
				continue
			}
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > maxMarks || begins {
				continue
			}
		case !unicode.IsPrint(r) || phone.Blank(r):
			continue
		default:
			marks = 0
		}
		out = append(out, r)
	}
	return strings.TrimRight(string(out), " \u200c\u200d")
}

func joiner(r rune) bool { return r == 0x200C || r == 0x200D }

// atDoor deals with what is left at the door. Nothing is ever sent back.
func (m *Manager) atDoor(r Received, f frame) {
	if !m.arrives(r, f) {
		return
	}
	m.courier.Forget(r.Call)
	switch now := m.now(); {
	case m.door == nil:
	case f.msg.kind == kindWelcome:
		if m.door.Awaits(r.From) && m.affordKnock(r.From.ID) {
			m.door.Welcomed(Welcome{From: r.From, Until: leftAt(r, f, now).Add(f.msg.left)})
		}
	case m.door.MayKnock(r.From, r.HasLink) && m.affordKnock(r.From.ID):
		m.door.Knocked(Knock{Call: r.Call, From: r.From, Name: f.msg.name, Text: f.msg.text, At: leftAt(r, f, now)})
	}
}

// arrives drops everything but the first copy.
func (m *Manager) arrives(r Received, f frame) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return false
	case m.calls[r.Call] != nil, f.seq != 0, f.ack != 0, r.From.ID == m.self:
		m.counters.Unknown++
		return false
	case m.past.has(r.From.ID, r.Call):
		return false
	}
	m.past.add(r.From.ID, r.Call)
	return true
}

func (m *Manager) affordKnock(from PeerID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.knocks.take(from, m.now()) {
		return true
	}
	m.counters.RateLimited++
	return false
}

// leftAt is when a message was left, by this phone's clock: the sender's counts
// only for one that waited, and only as far as a box keeps messages.
func leftAt(r Received, f frame, now time.Time) time.Time {
	if !r.Kept || f.at.After(now) || now.Sub(f.at) > maxKept {
		return now
	}
	return f.at
}

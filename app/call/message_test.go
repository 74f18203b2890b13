package call

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"paravent/app/phone"

	"pgregory.net/rapid"
)

var stamp = time.UnixMilli(1_790_000_000_123)

// samples holds one frame of every kind.
func samples() []frame {
	ms := []message{
		{kind: kindAck},
		{kind: kindPropose, proposal: Proposal{Video: true, Wish: phone.Relay, Created: stamp, TTL: 45 * time.Second, Name: "Zoë 👋"}},
		{kind: kindRinging},
		{kind: kindProceed, route: phone.Direct, ready: true, video: true},
		{kind: kindReject, why: whyBusy},
		{kind: kindRetract, why: whyTimeout},
		{kind: kindOffer, gen: 1, route: phone.Relay, text: "v=0"},
		{kind: kindAnswer, gen: 2, text: strings.Repeat("x", maxSDP)},
		{kind: kindCandidate, gen: 3, text: strings.Repeat("c", maxCandidate)},
		{kind: kindWant, gen: 4},
		{kind: kindState, flags: Flags{Muted: true, Held: true}},
		{kind: kindHangup, why: whyLost},
		{kind: kindPrepare, video: true},
		{kind: kindRoute, step: stepRefuse, ask: 5},
		{kind: kindMoved, gen: 6},
		{kind: kindDrop, gen: 7},
		{kind: kindKnock, text: strings.Repeat("👋", phone.MaxKnock), name: strings.Repeat("é", maxName/2)},
		{kind: kindWelcome, left: time.Hour},
		{kind: kindCommit, gen: 8, key: [32]byte{1, 2}},
		{kind: kindKey, gen: 8, key: [32]byte{3}},
		{kind: kindReveal, gen: 8, key: [32]byte{4}},
	}
	var fs []frame
	for i, m := range ms {
		fs = append(fs, frame{seq: uint32(i), ack: 7, at: stamp, msg: m})
	}
	return fs
}

func TestEveryKindSurvivesTheWire(t *testing.T) {
	for i, f := range samples() {
		want := kind(i + 1)
		if f.msg.kind != want {
			t.Fatalf("no sample of kind %d", want)
		}
		b := appendFrame(nil, f)
		decode := decodeFrame
		if f.msg.kind == kindKnock || f.msg.kind == kindWelcome {
			decode = decodeKnock
			if _, err := decodeFrame(b); !errors.Is(err, errBadFrame) {
				t.Errorf("kind %d in a session: %v", f.msg.kind, err)
			}
		}
		got, err := decode(b)
		if err != nil || got != f {
			t.Errorf("kind %d: got %+v, %v", f.msg.kind, got, err)
		}
		if len(b) > maxFrame {
			t.Errorf("kind %d: %d bytes", f.msg.kind, len(b))
		}
	}
}

func TestProposalsSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Proposal{
			Video: rapid.Bool().Draw(t, "video"), Prepare: rapid.Bool().Draw(t, "prepare"), Wish: rapid.SampledFrom([]phone.Route{phone.Relay, phone.Direct}).Draw(t, "wish"),
			Created: time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(t, "created")),
			TTL:     time.Duration(rapid.IntRange(1, 120).Draw(t, "ttl")) * time.Second,
			Name:    cleanName(rapid.String().Draw(t, "name")),
		}
		b := appendFrame(nil, frame{at: stamp, msg: message{kind: kindPropose, proposal: p}})
		f, err := decodeKnock(b)
		if err != nil || f.msg.proposal != p || len(b) > maxKnock {
			t.Fatalf("got %+v, %v, want %+v", f.msg.proposal, err, p)
		}
	})
}

// Every frame that is cut short, too long or has a byte too many is refused.
func TestMalformedFramesAreRefused(t *testing.T) {
	bad := map[string][]byte{
		"empty":        {},
		"kind 0":       append([]byte{0}, make([]byte, 40)...),
		"kind unknown": append([]byte{byte(kindLast) + 1}, make([]byte, 40)...),
		"too long":     appendFrame(nil, frame{msg: message{kind: kindOffer, text: strings.Repeat("x", maxFrame)}}),
		"long cand":    appendFrame(nil, frame{msg: message{kind: kindCandidate, text: strings.Repeat("x", maxCandidate+1)}}),
		"no sdp":       appendFrame(nil, frame{msg: message{kind: kindOffer}}),
		"no route":     appendFrame(nil, frame{msg: message{kind: kindProceed}}),
		"wide route":   appendFrame(nil, frame{msg: message{kind: kindProceed, route: phone.Direct + 1}}),
		"wide offer":   appendFrame(nil, frame{msg: message{kind: kindOffer, route: phone.Direct + 1, text: "x"}}),
		"no step":      appendFrame(nil, frame{msg: message{kind: kindRoute}}),
		"unknown step": appendFrame(nil, frame{msg: message{kind: kindRoute, step: stepRelay + 1}}),
		"cross reason": appendFrame(nil, frame{msg: message{kind: kindHangup, why: whyBusy}}),
		"no wish":      appendFrame(nil, frame{msg: message{kind: kindPropose, proposal: Proposal{TTL: time.Second}}}),
		"no ttl":       appendFrame(nil, frame{msg: message{kind: kindPropose, proposal: Proposal{Wish: phone.Relay}}}),
	}
	for _, f := range samples() {
		b := appendFrame(nil, f)
		if k := f.msg.kind; k != kindOffer && k != kindAnswer && k != kindCandidate {
			bad["longer "+string(rune('a'+k))] = append(bytes.Clone(b), 0)
			bad["shorter "+string(rune('a'+k))] = b[:len(b)-1]
		}
	}
	for name, b := range bad {
		if f, err := decodeFrame(b); !errors.Is(err, errBadFrame) {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
}

// P12: of all kinds, a stranger's bytes reach the small parser with four, and
// never with more bytes than the longest knock has.
func TestP12StrangersMeetTheSmallParser(t *testing.T) {
	for _, f := range samples() {
		_, err := decodeKnock(appendFrame(nil, f))
		allowed := slices.Contains([]kind{kindPropose, kindRetract, kindKnock, kindWelcome}, f.msg.kind)
		if allowed != (err == nil) {
			t.Errorf("kind %d in a knock: %v", f.msg.kind, err)
		}
	}
	long := append(appendFrame(nil, samples()[1]), make([]byte, maxKnock)...)
	if _, err := decodeKnock(long); !errors.Is(err, errBadFrame) {
		t.Errorf("long knock: %v", err)
	}
}

func TestP12NamesAreMadeSafe(t *testing.T) {
	for in, want := range map[string]string{
		" Ann ":                        "Ann",
		"a\u202Egnp.exe\u0000\nb":      "agnp.exeb",
		"\u200b\u200b":                 "",
		"A\u3164nn\u2800":              "Ann",
		"👩 Ann":                        "👩 Ann",
		"مريم":                         "مريم",
		strings.Repeat("\x00", 10<<20): "",
		strings.Repeat("é", 40):        strings.Repeat("é", 32),
		"x" + strings.Repeat("é", 40):  "x" + strings.Repeat("é", 31),
		"\xff\xfe":                     "",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	// As others send them, who clean nothing.
	hostile := "A\u202enn\n"
	if _, name, err := decodeKnockBody(knockBody("hello", hostile)); err != nil || name != "Ann" {
		t.Errorf("in a knock: %q, %v", name, err)
	}
	body := appendProposal(nil, Proposal{Wish: phone.Relay, TTL: time.Second})
	body[len(body)-1] = byte(len(hostile))
	if p, err := decodeProposal(append(body, hostile...)); err != nil || p.Name != "Ann" {
		t.Errorf("in a proposal: %q, %v", p.Name, err)
	}
}

func FuzzFrame(f *testing.F) {
	for _, s := range samples() {
		f.Add(appendFrame(nil, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { roundTrip(t, b, decodeFrame) })
}

func FuzzKnock(f *testing.F) {
	for _, s := range slices.Concat(samples()[:6], samples()[kindKnock-1:kindWelcome]) {
		f.Add(appendFrame(nil, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { roundTrip(t, b, decodeKnock) })
}

// roundTrip: what can be read can be written and read again, as the same.
func roundTrip(t *testing.T, b []byte, decode func([]byte) (frame, error)) {
	first, err := decode(b)
	if err != nil {
		return
	}
	again := appendFrame(nil, first)
	if first.msg.kind != kindPropose && first.msg.kind != kindKnock && !bytes.Equal(again, b) { // a name or text may have been cleaned
		t.Fatalf("%x became %x", b, again)
	}
	second, err := decode(again)
	if err != nil || second != first {
		t.Fatalf("%+v became %+v, %v", first, second, err)
	}
}

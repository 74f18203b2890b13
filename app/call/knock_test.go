package call

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"paravent/app/phone"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestP12KnockTextsAreMadeSafe(t *testing.T) {
	for in, want := range map[string]string{
		" Hello,\r\n\tit is  me ":          "Hello, it is me",
		"a\u202Egnp.exe\u0000\u2066b":      "agnp.exeb",
		"👩\u200d👩\u200d👧 ❤\ufe0f":          "👩\u200d👩\u200d👧 ❤\ufe0f",
		"\u200d\u200da\u200d\u200d":        "a",
		"نامه\u200cای":                     "نامه\u200cای",
		"שלום לך":                          "שלום לך",
		"\u3164\u2800\u200b":               "",
		"e" + strings.Repeat("\u0301", 50): "e" + strings.Repeat("\u0301", maxMarks),
		"oui\u00a0!":                       "oui !",
		"\xff\xfeok":                       "ok",
	} {
		require.Equal(t, want, CleanText(in), "%q", in)
	}
	rapid.Check(t, func(t *rapid.T) {
		once := CleanText(rapid.String().Draw(t, "text"))
		require.Equal(t, once, CleanText(once))
		for _, r := range once {
			require.True(t, unicode.IsPrint(r) || joiner(r), "%U", r)
			require.False(t, unicode.Is(unicode.Bidi_Control, r))
		}
	})
}

func TestKnocksSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := CleanText(string(rapid.SliceOfN(rapid.Rune(), 1, 200).Draw(t, "text")))
		b, err := EncodeKnock(text, "Ann", stamp)
		switch n := utf8.RuneCountInString(text); {
		case n == 0:
			require.ErrorIs(t, err, ErrKnockEmpty)
		case n > phone.MaxKnock:
			require.ErrorIs(t, err, ErrKnockTooLong)
		default:
			f, err := decodeKnock(b)
			require.NoError(t, err)
			require.Equal(t, message{kind: kindKnock, text: text, name: "Ann"}, f.msg)
			require.LessOrEqual(t, len(b), maxKnock)
		}
	})
	_, err := EncodeKnock(strings.Repeat("x", 10<<20), "", stamp)
	require.ErrorIs(t, err, ErrKnockTooLong)
}

func knockBody(text, name string) []byte {
	b := append([]byte{noteVersion, byte(len(text) >> 8), byte(len(text))}, text...)
	return append(append(b, byte(len(name))), name...)
}

func TestP12MalformedKnocksAreRefused(t *testing.T) {
	good := knockBody("hello", "Ann")
	head := appendFrame(nil, frame{at: stamp, msg: message{kind: kindAck}})
	for name, body := range map[string][]byte{
		"empty": {}, "version": append([]byte{9}, good[1:]...), "cut": good[:len(good)-1], "longer": append(good[:len(good):len(good)], 0),
		"no text": knockBody("", "Ann"), "nothing to see": knockBody("\u200b\u202e", "Ann"), "141 characters": knockBody(strings.Repeat("x", 141), ""),
		"text not UTF-8": knockBody("a\xffb", ""), "name not UTF-8": knockBody("a", "\xff"), "long name": knockBody("a", strings.Repeat("x", maxName+1)),
		"length beyond": {noteVersion, 0xff, 0xff, 'a', 0}, "no name": knockBody("hello", "")[:8],
	} {
		head[0] = byte(kindKnock)
		_, err := decodeKnock(append(head[:headLen:headLen], body...))
		require.ErrorIs(t, err, errBadFrame, name)
	}
	for name, body := range map[string][]byte{
		"empty": {}, "version": {9, 0, 1}, "no time": {noteVersion, 0, 0}, "over an hour": {noteVersion, 0x0e, 0x11}, "longer": {noteVersion, 0, 1, 0},
	} {
		head[0] = byte(kindWelcome)
		_, err := decodeKnock(append(head[:headLen:headLen], body...))
		require.ErrorIs(t, err, errBadFrame, name)
	}
}

// fakeDoor lets everybody with the link knock.
type fakeDoor struct {
	knocks   []Knock
	welcomes []Welcome
	awaits   map[PeerID]bool
	rang     []PeerID
}

func (d *fakeDoor) MayKnock(_ Party, hasLink bool) bool { return hasLink }
func (d *fakeDoor) Knocked(k Knock)                     { d.knocks = append(d.knocks, k) }
func (d *fakeDoor) Awaits(from Party) bool              { return d.awaits[from.ID] }
func (d *fakeDoor) Welcomed(w Welcome)                  { d.welcomes = append(d.welcomes, w) }
func (d *fakeDoor) Rang(from Party)                     { d.rang = append(d.rang, from.ID) }

func knocker(b *fakePhone) *fakeDoor {
	d := &fakeDoor{awaits: map[PeerID]bool{}}
	b.m.door = d
	return d
}

func left(t testing.TB, from PeerID, text string) Received {
	b, err := EncodeKnock(text, "Ann", time.Now())
	require.NoError(t, err)
	return Received{From: Party{ID: from}, Call: phone.NewCallID(), Payload: b, Stranger: true, HasLink: true}
}

// P13: a knock is shown and never answered, not even acknowledged.
func TestP13AKnockIsNeverAnswered(t *testing.T) {
	pair(t, func(t *testing.T, _ *world, a, b *fakePhone) {
		d := knocker(b)
		r := left(t, "a", "let me in")
		b.m.Receive(r)
		b.m.Receive(r) // another copy
		refused := left(t, "a", "by an old link")
		refused.HasLink = false
		b.m.Receive(refused)
		settle(time.Minute)
		require.Len(t, d.knocks, 1)
		require.Equal(t, "let me in", d.knocks[0].Text)
		require.Equal(t, "Ann", d.knocks[0].Name)
		require.Zero(t, b.sent["a"])
		require.Empty(t, b.m.calls)
		require.Empty(t, b.incoming)
		require.True(t, b.forgot[r.Call] && b.forgot[refused.Call], "no key outlives it")
	})
}

// P12: what is left at the door comes in a knock only, and of no call.
func TestP12KnocksBelongToNoCall(t *testing.T) {
	pair(t, func(t *testing.T, _ *world, a, b *fakePhone) {
		d := knocker(b)
		d.awaits["a"] = true
		id := connect(t, a, b)
		for _, payload := range [][]byte{left(t, "a", "x").Payload, EncodeWelcome(time.Hour, time.Now())} {
			b.m.Receive(Received{From: a.party(), Call: id, Payload: payload})
			b.m.Receive(Received{From: a.party(), Call: id, Payload: payload, Stranger: true, HasLink: true})
		}
		require.Empty(t, d.knocks)
		require.Empty(t, d.welcomes)
		require.Equal(t, Counters{Malformed: 2, Unknown: 2}, b.m.Counters())
		s, _ := b.live()
		require.Equal(t, phone.Connected, s.State)
	})
}

func TestP14WelcomesAreAwaited(t *testing.T) {
	pair(t, func(t *testing.T, _ *world, a, b *fakePhone) {
		d := knocker(b)
		welcome := func(left time.Duration, kept bool) Received {
			return Received{From: a.party(), Call: phone.NewCallID(), Stranger: true, Kept: kept, Payload: EncodeWelcome(left, time.Now())}
		}
		b.m.Receive(welcome(time.Hour, false))
		require.Empty(t, d.welcomes, "nobody knocked there")
		d.awaits["a"] = true
		late := welcome(time.Hour, true)
		b.m.Receive(welcome(30*time.Minute, false))
		settle(20 * time.Minute)
		b.m.Receive(late)
		now := time.Now()
		require.Len(t, d.welcomes, 2)
		require.WithinDuration(t, now.Add(10*time.Minute), d.welcomes[0].Until, time.Second)
		require.WithinDuration(t, now.Add(40*time.Minute), d.welcomes[1].Until, time.Second)
	})
}

// P15: ten thousand knocks of ten thousand strangers and one nuisance.
func TestP15KnocksAndMemoryAreBounded(t *testing.T) {
	pair(t, func(t *testing.T, _ *world, _, b *fakePhone) {
		d := knocker(b)
		flood := func(n int, from func(i int) PeerID) {
			for i := range n {
				b.m.Receive(left(t, from(i), "let me in"))
			}
		}
		flood(5000, func(int) PeerID { return "nuisance" })
		require.Len(t, d.knocks, 3)
		flood(5000, func(i int) PeerID { return PeerID(fmt.Sprint("stranger", i)) })
		require.Len(t, d.knocks, 30)
		require.EqualValues(t, 9970, b.m.Counters().RateLimited)
		require.LessOrEqual(t, len(b.m.past.ring), pastLen)
		require.LessOrEqual(t, len(b.m.knocks.callers), maxCallers)
		require.Empty(t, b.m.calls)
		require.Less(t, runtime.NumGoroutine(), 30)
		time.Sleep(time.Hour)
		flood(5, func(int) PeerID { return "nuisance" })
		require.Len(t, d.knocks, 31, "one an hour")
	})
}

// Who was let in once uses it up by ringing, and by nothing else.
func TestP14LetInOnceIsUsedUpByRinging(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		d := knocker(b)
		once := Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Once: true}
		b.lets("a", once)
		id := connect(t, w.add("c"), b)
		busy, err := a.place(b, false)
		require.NoError(t, err)
		settle(5 * time.Second)
		require.Equal(t, phone.Busy, reasonOf(t, a, busy))
		require.Empty(t, d.rang, "it did not ring")
		require.NoError(t, b.m.Hangup(id))
		settle(time.Second)
		_, err = a.place(b, false)
		require.NoError(t, err)
		settle(5 * time.Second)
		require.Len(t, b.incoming, 2)
		require.Equal(t, []PeerID{"a"}, d.rang)
	})
}

// A phone without a door drops what is left there.
func TestWithoutADoorNobodyKnocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newWorld(1).add("b")
		b.m.Receive(left(t, "a", "hello"))
		require.Zero(t, b.m.Counters().Malformed)
		require.Empty(t, b.m.calls)
	})
}

func FuzzKnockBody(f *testing.F) {
	f.Add(knockBody("hello", "Ann"))
	f.Add(knockBody("👩\u200d👩\u200d👧", ""))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		text, name, err := decodeKnockBody(b)
		if err != nil {
			if !errors.Is(err, errBadFrame) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if text == "" || utf8.RuneCountInString(text) > phone.MaxKnock || len(name) > maxName || text != CleanText(text) {
			t.Fatalf("%q, %q", text, name)
		}
	})
}

// FuzzCleanText: whatever text comes in, one harmless line comes out.
func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"", "a\u202eb", "\xff", "e\u0301\u0301\u0301\u0301\u0301", "👩\u200d👩\u200d👧", "\u3164 x", " \u200d\u0301", "\u2028a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, clean := range []func(string) string{CleanText, cleanName} {
			got := clean(s)
			if !utf8.ValidString(got) || strings.TrimSpace(got) != got || clean(got) != got {
				t.Fatalf("%q -> %q -> %q", s, got, clean(got))
			}
			for _, r := range got {
				if !unicode.IsPrint(r) && !joiner(r) {
					t.Fatalf("%q -> %q keeps %U", s, got, r)
				}
			}
		}
	})
}

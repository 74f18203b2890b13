package call

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// besieged is a phone that only counts what a flood makes it do.
type besieged struct {
	flooded
	verdict     Verdict
	rang, lines atomic.Int64
	knocks      atomic.Int64
}

func (b *besieged) Decide(Party, Proposal) Verdict         { return b.verdict }
func (b *besieged) Incoming(Snapshot)                      { b.rang.Add(1) }
func (b *besieged) Missed(MissedCall)                      { b.lines.Add(1) }
func (b *besieged) Send(Party, phone.CallID, []byte, bool) {}
func (b *besieged) Close(phone.CallID)                     {}
func (b *besieged) Forget(phone.CallID)                    {}
func (b *besieged) MayKnock(_ Party, hasLink bool) bool    { return hasLink }
func (b *besieged) Knocked(Knock)                          { b.knocks.Add(1) }
func (b *besieged) Awaits(Party) bool                      { return false }
func (b *besieged) Welcomed(Welcome)                       {}
func (b *besieged) Rang(Party)                             {}

// ring calls and gives up at once, which makes room for the next.
func (b *besieged) ring(from PeerID) {
	id, now := phone.NewCallID(), time.Now()
	say := func(seq uint32, m message) {
		b.m.Receive(Received{From: Party{ID: from}, Call: id, Stranger: true, HasLink: true, Payload: appendFrame(nil, frame{seq: seq, at: now, msg: m})})
	}
	say(0, message{kind: kindPropose, proposal: Proposal{Wish: phone.Relay, Created: now, TTL: 45 * time.Second}})
	say(1, message{kind: kindRetract, why: whyCancelled})
}

func (b *besieged) leave(t testing.TB, from PeerID) {
	payload, err := EncodeKnock("let me in", "Ann", time.Now())
	require.NoError(t, err)
	b.m.Receive(Received{From: Party{ID: from}, Call: phone.NewCallID(), Payload: payload, Stranger: true, HasLink: true})
}

func heap() int64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc) //nolint:gosec // no heap is that large
}

const floodSize = 10_000

// flood is one attack and what it may do at most.
type flood struct {
	name                 string
	silenced, door, many bool // they may not ring; they knock; from as many identities
	over                 time.Duration
	rings, lines, knocks int64
}

var floods = []flood{
	{"one caller at once", false, false, false, 0, 3, 3, 0},
	{"many callers at once", false, false, true, 0, 12, 12, 0},
	{"one caller in an hour", false, false, false, time.Hour, 3 + 60, 3 + 60, 0},
	{"many callers in an hour", false, false, true, time.Hour, 12 + 360, 12 + 360, 0},
	{"one who may not ring at once", true, false, false, 0, 0, 20, 0},
	{"many who may not ring at once", true, false, true, 0, 0, 60, 0},
	{"one who may not ring in an hour", true, false, false, time.Hour, 0, 20 + 120, 0},
	{"many who may not ring in an hour", true, false, true, time.Hour, 0, 60 + 720, 0},
	{"one who knocks at once", true, true, false, 0, 0, 0, 3},
	{"many who knock at once", true, true, true, 0, 0, 0, 30},
	{"one who knocks in an hour", true, true, false, time.Hour, 0, 0, 3 + 1},
	{"many who knock in an hour", true, true, true, time.Hour, 0, 0, 30 + 30},
}

func (f flood) verdict() Verdict {
	if f.silenced {
		return Verdict{Record: true}
	}
	return Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Stranger: true}
}

// wave is the attack once; no identity takes part in two waves of many.
func (f flood) wave(t testing.TB, b *besieged, name string) {
	for i := range floodSize {
		from := PeerID("nuisance")
		if f.many {
			from = PeerID(fmt.Sprint(name, i))
		}
		if f.door {
			b.leave(t, from)
		} else {
			b.ring(from)
		}
		time.Sleep(f.over / floodSize)
	}
	synctest.Wait()
}

// P15 with figures: ten thousand calls, each given up at once, and ten
// thousand knocks, from one caller and from as many, at once and over an hour.
// Whatever the flood, it rings, writes and keeps no more than this.
func TestP15FloodFigures(t *testing.T) {
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &besieged{verdict: f.verdict()}
				b.m = New(Config{Self: "me", Courier: b, Media: b, Policy: b, Observer: b, Door: b})
				defer b.m.Close()
				before := heap()
				f.wave(t, b, "first")
				rings, lines, knocks := b.rang.Load(), b.lines.Load(), b.knocks.Load()
				after := heap()
				f.wave(t, b, "second")
				grown := heap() - after
				t.Logf("%d rings, %d lines in the history, %d knocks; heap %+d KiB, then %+d KiB", rings, lines, knocks, (after-before)>>10, grown>>10)
				require.LessOrEqual(t, rings, f.rings)
				require.LessOrEqual(t, lines, f.lines)
				require.LessOrEqual(t, knocks, f.knocks)
				require.NotZero(t, rings+lines+knocks, "nothing got through at all")
				require.Less(t, grown, int64(256<<10), "the second flood took more memory")
				require.Less(t, runtime.NumGoroutine(), maxCalls+20)
			})
		})
	}
}

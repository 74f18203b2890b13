package call

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"paravent/app/phone"

	"github.com/stretchr/testify/require"
)

// P09: the relay is checked before it rings; without one the call ends within
// 5 s with a reason, and nothing was sent.
func TestP09CallerWithoutRelayEndsBeforeRinging(t *testing.T) {
	for _, silent := range []bool{false, true} {
		pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
			a.noRelay, a.silentRelay = true, silent
			id, err := a.place(b, true)
			require.NoError(t, err)
			settle(5 * time.Second)
			require.Equal(t, phone.RelayUnavailable, reasonOf(t, a, id))
			s, _ := a.m.Snapshot(id)
			require.Error(t, s.Err)
			require.Zero(t, a.sent["b"])
			require.Equal(t, 1, a.closed[id])
		})
	}
}

func TestP09CalleeWithoutRelaySendsNoProceed(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		b.silentRelay = true
		id, _ := a.place(b, true)
		settle(2 * time.Second)
		require.NoError(t, b.answer(id, true))
		settle(6 * time.Second)
		require.Equal(t, phone.RelayUnavailable, reasonOf(t, b, id))
		require.Equal(t, phone.RelayUnavailable, reasonOf(t, a, id))
		require.False(t, b.proceed[id])
	})
}

// P04 on the wire: a hostile callee's wider PROCEED is refused.
func TestP04WiderProceedIsRefused(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id, _ := a.place(b, true)
		settle(2 * time.Second)
		forged := appendFrame(nil, frame{seq: 1, ack: 1, at: time.Now(), msg: message{kind: kindProceed, route: phone.Direct}})
		a.m.Receive(Received{From: b.party(), Call: id, Payload: forged})
		settle(time.Second)
		require.Equal(t, phone.PolicyRefused, reasonOf(t, a, id))
	})
}

// P13, P14: nothing goes back to who may not ring, whatever it sends.
func TestP13WhoMayNotRingHearsNothing(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		b.verdicts["a"] = Verdict{Wish: phone.Relay, Record: true}
		id, _ := a.place(b, true)
		settle(time.Second)
		for _, f := range samples() {
			b.m.Receive(Received{From: a.party(), Call: id, Payload: appendFrame(nil, f)})
			b.m.Receive(Received{From: a.party(), Call: phone.NewCallID(), Payload: appendFrame(nil, f), Stranger: true})
		}
		settle(time.Minute)
		require.Equal(t, phone.NoAnswer, reasonOf(t, a, id))
		require.Zero(t, b.sent["a"])
		require.Empty(t, b.incoming)
		require.NotEmpty(t, b.missed)
		require.Equal(t, Silenced, b.missed[0].Why)
		require.Empty(t, b.m.calls)
	})
}

// trace is what the caller's side got and when, for one kind of callee.
func trace(t *testing.T, prepare func(w *world, b *fakePhone)) (out []string) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		prepare(w, b)
		started := time.Now()
		id, _ := a.place(b, true)
		for range 60 {
			settle(time.Second)
			s, _ := a.m.Snapshot(id)
			out = append(out, fmt.Sprint(time.Since(started), s.State, s.Reason, s.Err))
		}
		require.Zero(t, b.sent["a"])
	})
	return out
}

// P14: refused, blocked, rung in secret and offline look the same to the caller.
func TestP14SilencesLookTheSame(t *testing.T) {
	offline := trace(t, func(_ *world, b *fakePhone) { b.cut = true })
	for name, prepare := range map[string]func(*world, *fakePhone){
		"refused":  func(_ *world, b *fakePhone) { b.verdicts["a"] = Verdict{Record: true} },
		"blocked":  func(_ *world, b *fakePhone) { b.verdicts["a"] = Verdict{} },
		"secret":   func(_ *world, b *fakePhone) { b.verdicts["a"] = Verdict{Ring: true, Wish: phone.Relay} },
		"no route": func(_ *world, b *fakePhone) { b.verdicts["a"] = Verdict{Ring: true, TellRinging: true} },
		"secretly busy": func(w *world, b *fakePhone) {
			b.verdicts["a"] = Verdict{Ring: true, Wish: phone.Relay}
			connect(t, w.add("c"), b)
		},
	} {
		require.Equal(t, offline, trace(t, prepare), name)
	}
}

// P12: a stranger's bytes that are no knock go no further than the parser.
func TestP12StrangersCannotReachARunningCall(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id := connect(t, a, b)
		bye := appendFrame(nil, frame{seq: 99, at: time.Now(), msg: message{kind: kindHangup, why: whyHungUp}})
		b.m.Receive(Received{From: a.party(), Call: id, Payload: bye, Stranger: true})
		b.m.Receive(Received{From: Party{ID: "mallory"}, Call: id, Payload: bye})
		settle(time.Second)
		require.Equal(t, Counters{Malformed: 1, Unknown: 1}, b.m.Counters())
		s, _ := b.live()
		require.Equal(t, phone.Connected, s.State)
	})
}

// P15: ten thousand rings from ten thousand strangers and one nuisance.
func TestP15RingsAndMemoryAreBounded(t *testing.T) {
	for name, verdict := range map[string]Verdict{
		"allowed":  {Ring: true, TellRinging: true, Wish: phone.Relay},
		"silenced": {Record: true},
	} {
		t.Run(name, func(t *testing.T) {
			pair(t, func(t *testing.T, w *world, _, b *fakePhone) {
				b.m.rings = newRingLimiter(RingLimits{})
				flood := func(n int, from func(i int) PeerID) {
					for i := range n {
						p := Proposal{Wish: phone.Relay, Created: time.Now(), TTL: 45 * time.Second}
						b.lets(from(i), verdict)
						b.m.Receive(Received{From: Party{ID: from(i)}, Call: phone.NewCallID(), Stranger: true,
							Payload: appendFrame(nil, frame{at: time.Now(), msg: message{kind: kindPropose, proposal: p}})})
					}
					synctest.Wait()
				}
				flood(5000, func(i int) PeerID { return PeerID(fmt.Sprint("stranger", i)) })
				flood(5000, func(int) PeerID { return "nuisance" })
				require.LessOrEqual(t, len(b.incoming), 1, "one ring at a time")
				require.LessOrEqual(t, len(b.missed), 60)
				require.LessOrEqual(t, len(b.m.calls), maxCalls)
				require.LessOrEqual(t, len(b.m.past.ring), pastLen)
				require.LessOrEqual(t, len(b.m.rings.callers)+len(b.m.records.callers), 2*maxCallers)
				require.Less(t, runtime.NumGoroutine(), maxCalls+20)
			})
		})
	}
}

// Strangers who may not ring do not use up the rings of friends.
func TestP15FriendsRingThroughAFlood(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		b.m.rings = newRingLimiter(RingLimits{})
		for i := range 1000 {
			from := PeerID(fmt.Sprint("stranger", i))
			b.lets(from, Verdict{Record: true})
			p := Proposal{Wish: phone.Relay, Created: time.Now(), TTL: time.Minute}
			b.m.Receive(Received{From: Party{ID: from}, Call: phone.NewCallID(), Stranger: true,
				Payload: appendFrame(nil, frame{at: time.Now(), msg: message{kind: kindPropose, proposal: p}})})
		}
		connect(t, a, b)
	})
}

// P08: the way out is gone: when NetworkLost returns, the media are closed,
// whatever the call was doing.
func TestP08LostNetworkEndsTheCallAtOnce(t *testing.T) {
	for _, after := range []time.Duration{0, 2 * time.Second, 10 * time.Second} {
		pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
			id, err := a.place(b, true)
			require.NoError(t, err)
			settle(after)
			if after > 5*time.Second {
				require.NoError(t, b.answer(id, true))
				settle(5 * time.Second)
			}
			a.m.NetworkLost(fmt.Errorf("the device went away"))
			s, _ := a.m.Snapshot(id)
			require.Equal(t, phone.Ended, s.State)
			require.Equal(t, phone.NetworkLost, s.Reason)
			require.Error(t, s.Err)
			if after > 5*time.Second {
				require.Equal(t, 1, a.closed[id])
			}
			require.Empty(t, a.m.Calls())
			a.m.NetworkLost(nil) // without a call
			settle(time.Second)
		})
	}
}

// forge lets a phone say what its own state would never say.
func (p *fakePhone) forge(m message) {
	p.w.mu.Lock()
	p.hostile = true
	p.w.mu.Unlock()
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	p.m.live.sendLocked(m, p.m.now())
	p.m.live.wake()
}

// P04 on the wire: a hostile caller offers a direct session that nobody agreed
// to, before Accept and in a call, made ready or not. Nothing of it is answered.
func TestP04DirectOfferWithoutAgreementIsRefused(t *testing.T) {
	offer := message{kind: kindOffer, gen: 7, route: phone.Direct, text: "sdp"}
	for _, ready := range []bool{false, true} {
		pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
			for _, p := range []*fakePhone{a, b} {
				p.lets("a", Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Prepare: ready})
				p.lets("b", Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Prepare: ready})
			}
			from := listen(b)
			id, err := a.place(b, true)
			require.NoError(t, err)
			settle(2 * time.Second)
			a.forge(offer)
			settle(2 * time.Second)
			_, text := from.kinds()
			require.Equal(t, ready, text, "an ANSWER to what was made ready, and no other")
			require.NoError(t, b.answer(id, true))
			settle(2 * time.Second)
			require.Equal(t, phone.Connected, b.statesOf(id).State)
			offer.gen++
			a.forge(offer)
			settle(2 * time.Second)
			require.Equal(t, phone.PolicyRefused, reasonOf(t, b, id))
			for _, f := range from.frames {
				require.False(t, f.msg.gen >= 7 && f.msg.kind != kindDrop, "%+v", f)
			}
		})
	}
}

// P01: a call is made ready only where both sides wish it, relayed, and an
// unanswered one closes everything.
func TestP01ReadyOnlyWhereBothWish(t *testing.T) {
	for _, c := range []struct{ caller, callee, secret bool }{{true, true, false}, {true, false, false}, {false, true, false}, {true, true, true}} {
		pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
			a.lets("b", Verdict{Ring: true, TellRinging: true, Wish: phone.Direct, Prepare: c.caller})
			b.lets("a", Verdict{Ring: true, TellRinging: !c.secret, Wish: phone.Direct, Prepare: c.callee})
			id, err := a.place(b, true)
			require.NoError(t, err)
			settle(2 * time.Second)
			w.mu.Lock()
			require.Equal(t, c.caller && c.callee && !c.secret, len(a.legs[id])+len(b.legs[id]) == 2, "%+v", c)
			for _, l := range b.legs[id] {
				require.Equal(t, phone.Relay, l.path.route)
			}
			w.mu.Unlock()
			settle(time.Minute)
			require.Equal(t, phone.NoAnswer, reasonOf(t, a, id))
			w.mu.Lock()
			defer w.mu.Unlock()
			require.Empty(t, append(a.legs[id], b.legs[id]...))
			require.False(t, b.opened[id])
		})
	}
}

// P09: where the relay fails while it rings nobody is told; the call is made
// after Accept as any other, no wider.
func TestP09ReadyFailsInSilence(t *testing.T) {
	for name, fail := range map[string]func(w *world, a, b *fakePhone){
		"callee without a relay": func(_ *world, _, b *fakePhone) { b.noRelay = true },
		"the path dies": func(w *world, _, b *fakePhone) {
			for _, p := range w.paths {
				p.brokenLocked()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
				a.lets("b", Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Prepare: true})
				b.lets("a", Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Prepare: true})
				if name == "callee without a relay" {
					fail(w, a, b)
				}
				id, err := a.place(b, true)
				require.NoError(t, err)
				settle(2 * time.Second)
				w.mu.Lock()
				if name != "callee without a relay" {
					fail(w, a, b)
				}
				b.noRelay = false
				w.mu.Unlock()
				settle(3 * time.Second)
				require.Equal(t, phone.Ringing, b.statesOf(id).State)
				require.Empty(t, b.legs[id])
				require.NoError(t, b.answer(id, true))
				settle(2 * time.Second)
				for _, p := range []*fakePhone{a, b} {
					require.Equal(t, phone.Connected, p.statesOf(id).State)
					require.Equal(t, phone.Relay, p.statesOf(id).Route)
					require.Empty(t, p.notices)
				}
			})
		})
	}
}

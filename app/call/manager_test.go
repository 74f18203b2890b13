package call

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paravent/app/phone"

	"github.com/stretchr/testify/require"
)

// pair runs fn with two phones in a bubble, closes them, and checks the rules.
func pair(t *testing.T, fn func(t *testing.T, w *world, a, b *fakePhone)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		a, b := w.add("a"), w.add("b")
		fn(t, w, a, b)
		for _, p := range w.sorted() {
			p.m.Close()
		}
		synctest.Wait()
		w.check(t, t.Name())
	})
}

// settle lets d pass and everything that follows from it happen.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// connect makes a call from a to b and answers it.
func connect(t *testing.T, a, b *fakePhone) phone.CallID {
	t.Helper()
	id, err := a.place(b, true)
	require.NoError(t, err)
	settle(2 * time.Second)
	require.NoError(t, b.answer(id, true))
	settle(2 * time.Second)
	for _, p := range []*fakePhone{a, b} {
		s, ok := p.m.Snapshot(id)
		require.True(t, ok)
		require.Equal(t, phone.Connected, s.State, "%s: %v", p.id, s)
	}
	return id
}

func reasonOf(t *testing.T, p *fakePhone, id phone.CallID) phone.EndReason {
	t.Helper()
	s, ok := p.m.Snapshot(id)
	require.True(t, ok, "%s forgot the call", p.id)
	require.Equal(t, phone.Ended, s.State)
	return s.Reason
}

func TestCallFromPlaceToHangup(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id := connect(t, a, b)
		s, _ := a.live()
		require.True(t, s.Outgoing)
		require.Equal(t, phone.Relay, s.Route)
		require.False(t, s.ConnectedAt.IsZero())
		require.Equal(t, []phone.CallID{id}, b.incoming)
		require.NoError(t, b.m.SetLocal(id, Flags{Muted: true}))
		settle(time.Second)
		s, _ = a.live()
		require.Equal(t, Flags{Muted: true}, s.Remote)
		require.NoError(t, a.m.Hangup(id))
		settle(time.Second)
		require.Equal(t, phone.HungUp, reasonOf(t, a, id))
		require.Equal(t, phone.RemoteHungUp, reasonOf(t, b, id))
		require.ErrorIs(t, a.m.Hangup(id), phone.ErrNoSuchCall)
		settle(2 * time.Minute)
		require.Empty(t, a.m.calls, "ended calls are forgotten")
		require.True(t, a.forgot[id] && b.forgot[id])
	})
}

func TestTypedErrorsOfPlaceAndAnswer(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		_, err := a.m.Place(a.party(), false, phone.Relay)
		require.ErrorIs(t, err, ErrOwnAddress)
		_, err = a.m.Place(b.party(), false, phone.NoRoute)
		require.ErrorIs(t, err, ErrNoRoute)
		id, err := a.place(b, false)
		require.NoError(t, err)
		_, err = a.place(b, false)
		require.ErrorIs(t, err, phone.ErrInCall)
		require.ErrorIs(t, a.m.Answer(id, false), ErrWrongState)
		require.ErrorIs(t, a.m.Answer(phone.CallID{}, false), phone.ErrNoSuchCall)
		a.m.Close()
		_, err = a.place(b, false)
		require.ErrorIs(t, err, phone.ErrClosed)
	})
}

func TestDeclineCancelAndNoAnswer(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id, _ := a.place(b, false)
		settle(time.Second)
		require.NoError(t, b.m.Decline(id))
		settle(time.Second)
		require.Equal(t, phone.Declined, reasonOf(t, a, id))
		require.Empty(t, b.missed)

		id, _ = a.place(b, false)
		settle(time.Second)
		require.NoError(t, a.m.Hangup(id))
		settle(time.Second)
		require.Equal(t, phone.Cancelled, reasonOf(t, a, id))
		require.Equal(t, phone.Cancelled, reasonOf(t, b, id))
		require.Len(t, b.missed, 1)

		id, _ = a.place(b, false)
		settle(44 * time.Second)
		s, _ := a.live()
		require.Equal(t, phone.Alerting, s.State)
		settle(3 * time.Second)
		require.Equal(t, phone.NoAnswer, reasonOf(t, a, id))
		require.Equal(t, phone.Missed, reasonOf(t, b, id))
		require.Len(t, b.missed, 2)
	})
}

func TestSecondCallerIsToldBusyOnlyIfItMayKnow(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		c, d := w.add("c"), w.add("d")
		b.verdicts["d"] = Verdict{Ring: true, Wish: phone.Relay}
		connect(t, a, b)
		told, _ := c.place(b, false)
		secret, _ := d.place(b, false)
		settle(5 * time.Second)
		require.Equal(t, phone.Busy, reasonOf(t, c, told))
		require.Len(t, b.missed, 2)
		require.Zero(t, b.sent["d"])
		settle(45 * time.Second)
		require.Equal(t, phone.NoAnswer, reasonOf(t, d, secret))
		require.Len(t, b.incoming, 1)
	})
}

// glareOf runs both phones calling each other within the given time.
func glareOf(t *testing.T, apart time.Duration) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		first, err := a.place(b, true)
		require.NoError(t, err)
		settle(apart)
		second, err := b.place(a, true)
		require.NoError(t, err)
		settle(5 * time.Second)
		x, okA := a.live()
		y, okB := b.live()
		require.True(t, okA && okB, "%v %v", first, second)
		require.Equal(t, x.ID, y.ID)
		require.Equal(t, phone.Connected, x.State)
		require.Equal(t, phone.Connected, y.State)
		for _, p := range []*fakePhone{a, b} {
			for id, s := range p.states {
				if s.Reason == phone.GlareLost {
					require.Equal(t, x.ID, s.Successor, "%v", id)
				}
			}
		}
	})
}

func TestGlareEndsInOneCall(t *testing.T) {
	for _, apart := range []time.Duration{0, 10 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond, 3 * time.Second} {
		for i := range 10 { // the ids are random
			t.Run(fmt.Sprintf("%v/%d", apart, i), func(t *testing.T) { glareOf(t, apart) })
		}
	}
}

func TestSameDeviceThatCallsAgainReplacesItsCall(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		old := connect(t, a, b)
		a = a.crash()
		again, err := a.place(b, true)
		require.NoError(t, err)
		settle(2 * time.Second)
		require.Equal(t, phone.Replaced, reasonOf(t, b, old))
		require.NoError(t, b.answer(again, true))
		settle(2 * time.Second)
		s, _ := a.live()
		require.Equal(t, phone.Connected, s.State)
	})
}

func TestMissedWhileOffline(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		b.disconnect()
		id, _ := a.place(b, false)
		settle(time.Hour)
		require.Equal(t, phone.NoAnswer, a.states[id].Reason)
		require.Len(t, b.box, 1, "one copy is kept, not every repetition")
		b.reconnect()
		settle(time.Second)
		require.Empty(t, b.incoming)
		require.Len(t, b.missed, 1)
		require.Equal(t, CameLate, b.missed[0].Why)
		require.WithinDuration(t, a.states[id].Started, b.missed[0].At, time.Second)
	})
}

// Who comes back after the caller gave up rings for a moment at most: the
// RETRACT is repeated as long as a kept PROPOSE could ring.
func TestRetractOutlivesTheProposal(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		b.disconnect()
		id, _ := a.place(b, false)
		settle(time.Second)
		require.NoError(t, a.m.Hangup(id))
		settle(35 * time.Second)
		b.reconnect()
		settle(5 * time.Second)
		require.Equal(t, phone.Cancelled, reasonOf(t, b, id))
	})
}

// A clock that is hours off does not turn live calls into missed ones.
func TestClocksNeedNotAgree(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		a.skew, b.skew = -5*time.Hour, 3*time.Hour
		connect(t, a, b)
	})
}

func TestMediaLostIsRepairedOrEnds(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id := connect(t, a, b)
		b.disconnect()
		settle(5 * time.Second)
		s, _ := a.live()
		require.True(t, s.Recovering)
		b.reconnect()
		settle(12 * time.Second)
		for _, p := range []*fakePhone{a, b} {
			s, _ = p.live()
			require.Equal(t, phone.Connected, s.State)
			require.False(t, s.Recovering)
		}
		b.disconnect()
		settle(25 * time.Second)
		require.Equal(t, phone.MediaLost, reasonOf(t, a, id))
		require.Equal(t, phone.MediaLost, reasonOf(t, b, id))
	})
}

// Nothing locks up when every port calls back into the Manager.
func TestPortsMayCallBack(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		seen := map[string]bool{}
		b.reenter = func(what string) {
			w.mu.Lock()
			flip := !seen[what] // once for each port, or flags would turn for ever
			seen[what] = true
			w.mu.Unlock()
			b.m.Counters()
			_, _ = b.m.Place(Party{ID: "b"}, false, phone.Relay)
			for _, s := range b.m.Calls() {
				if flip {
					_ = b.m.SetLocal(s.ID, Flags{Held: !s.Local.Held})
				}
				b.m.Snapshot(s.ID)
				b.m.LocalCandidate(s.ID, 99, "late")
				b.m.MediaDown(s.ID, 0)
			}
		}
		id, _ := a.place(b, true)
		settle(time.Second)
		require.NoError(t, b.answer(id, true))
		settle(5 * time.Second)
		require.NoError(t, b.m.Hangup(id))
		settle(time.Minute)
		for _, what := range []string{"send", "forget", "decide", "wish", "checkRelay", "open", "answer", "setLocal", "close", "incoming", "changed", "ended"} {
			require.True(t, seen[what], "port %q was not tried", what)
		}
	})
}

// A hang-up from inside any port leaves the media closed.
func TestP11HangupInsideAnyPort(t *testing.T) {
	for _, port := range []string{"checkRelay", "opening", "open", "answer", "candidate", "changed", "incoming", "send"} {
		pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
			hung := false
			b.reenter = func(what string) {
				if what == port {
					if s, ok := b.live(); ok {
						hung = true
						_ = b.m.Hangup(s.ID)
					}
				}
			}
			id, _ := a.place(b, true)
			settle(time.Second)
			_ = b.answer(id, true)
			settle(3 * time.Second)
			require.True(t, hung, port)
			require.False(t, b.opened[id], port)
			require.Empty(t, b.late, port)
		})
	}
}

// Close ends the live call, says so once, and leaves nothing behind.
func TestCloseSaysGoodbyeOnce(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id := connect(t, a, b)
		before := b.sent["a"]
		b.m.Close()
		require.Equal(t, 1, b.closed[id])
		require.Equal(t, before+1, b.sent["a"])
		require.Equal(t, phone.ShutDown, b.states[id].Reason)
		settle(20 * time.Second)
		require.Equal(t, before+1, b.sent["a"])
		require.Equal(t, phone.RemoteHungUp, reasonOf(t, a, id))

		id, _ = a.place(b, false)
		settle(time.Second)
		a.m.Close()
		require.Equal(t, phone.ShutDown, a.states[id].Reason)
		a.m.Close()
	})
}

// When Close returns, no port is being called: what they use may be closed.
func TestCloseWaitsForPorts(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id := connect(t, a, b)
		var told atomic.Bool
		a.reenter = func(what string) {
			if what == "ended" {
				time.Sleep(time.Second)
				told.Store(true)
			}
		}
		require.NoError(t, a.m.Hangup(id))
		synctest.Wait()
		require.False(t, told.Load())
		a.m.Close()
		require.True(t, told.Load())
	})
}

func TestCloseInsideAPortEnds(t *testing.T) {
	for _, port := range []string{"checkRelay", "changed", "ended", "send", "wish"} {
		pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
			closed := false
			b.reenter = func(what string) {
				if what == port && !closed {
					closed = true
					b.m.Close()
				}
			}
			id, _ := a.place(b, true)
			settle(time.Second)
			_ = b.answer(id, true)
			settle(time.Second)
			_ = b.m.Hangup(id)
			settle(10 * time.Second)
			require.True(t, closed, port)
			require.False(t, b.opened[id], port)
		})
	}
}

// Who becomes stricter while it rings is obeyed; the other way round the wish
// with which it began to ring stays (P4).
func TestP04WishMayBecomeStricterWhileItRings(t *testing.T) {
	for _, c := range []struct{ ringing, answering, want phone.Route }{
		{phone.Direct, phone.Relay, phone.Relay},
		{phone.Direct, phone.Direct, phone.Direct},
		{phone.Direct, phone.NoRoute, phone.Direct},
		{phone.Relay, phone.Direct, phone.Relay},
	} {
		for _, back := range []bool{false, true} { // calling back answers too
			pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
				a.lets("b", Verdict{Ring: true, TellRinging: true, Wish: phone.Direct})
				b.lets("a", Verdict{Ring: true, TellRinging: true, Wish: c.ringing})
				id, err := a.place(b, false)
				require.NoError(t, err)
				settle(2 * time.Second)
				b.lets("a", Verdict{Ring: true, TellRinging: true, Wish: c.answering})
				if back && c.answering != phone.NoRoute {
					_, err = b.place(a, false)
				} else {
					err = b.answer(id, false)
				}
				require.NoError(t, err)
				if c.answering == phone.NoRoute { // the world's rules look at verdicts
					b.lets("a", Verdict{Ring: true, TellRinging: true, Wish: c.ringing})
				}
				settle(2 * time.Second)
				for _, p := range []*fakePhone{a, b} {
					s, _ := p.live()
					require.Equal(t, c.want, s.Route, "%+v", c)
				}
			})
		}
	}
}

func TestServerUnreachableEndsOnlyAnUnheardCall(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		b.cut = true
		id, _ := a.place(b, false)
		settle(time.Second)
		a.m.SendFailed(id, phone.ServerUnreachable, errTest)
		require.Equal(t, phone.ServerUnreachable, reasonOf(t, a, id))
		b.cut = false
		id = connect(t, a, b)
		a.m.SendFailed(id, phone.ServerUnreachable, errTest)
		s, _ := a.live()
		require.Equal(t, phone.Connected, s.State)
	})
}

func TestCallingBackTheOneWhoRingsAnswers(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id, _ := a.place(b, true)
		settle(time.Second)
		same, err := b.place(a, true)
		require.NoError(t, err)
		require.Equal(t, id, same)
		settle(2 * time.Second)
		s, _ := b.live()
		require.Equal(t, phone.Connected, s.State)
		require.True(t, slices.Equal(b.incoming, []phone.CallID{id}))
	})
}

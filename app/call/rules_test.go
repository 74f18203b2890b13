package call

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"paravent/app/phone"

	"github.com/stretchr/testify/require"
)

// ear is a Courier that keeps every frame on its way out.
type ear struct {
	Courier
	w      *world
	frames []frame // guarded by w.mu
}

func listen(p *fakePhone) *ear {
	e := &ear{Courier: p, w: p.w}
	p.m.courier = e
	return e
}

func (e *ear) Send(to Party, id phone.CallID, payload []byte, keep bool) {
	if f, err := decodeFrame(payload); err == nil {
		e.w.mu.Lock()
		e.frames = append(e.frames, f)
		e.w.mu.Unlock()
	}
	e.Courier.Send(to, id, payload, keep)
}

// kinds are the kinds of all frames, each once; text tells whether one of them
// carried a description or a candidate.
func (e *ear) kinds() (list []kind, text bool) {
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	for _, f := range e.frames {
		text = text || f.msg.text != ""
		if !slices.Contains(list, f.msg.kind) {
			list = append(list, f.msg.kind)
		}
	}
	slices.Sort(list)
	return list, text
}

// P06: a call that failed, was refused or not answered revealed nothing to
// either side: no description and no candidate left, in neither direction, and
// the callee's media were not touched unless the person accepted.
func TestP06FailedCallsRevealNothing(t *testing.T) {
	rows := map[string]struct {
		prepare  func(t *testing.T, w *world, a, b *fakePhone)
		act      func(t *testing.T, a, b *fakePhone, id phone.CallID)
		reason   phone.EndReason
		says     []kind // the callee
		accepted bool
	}{
		"not answered": {nil, nil, phone.NoAnswer, []kind{kindAck, kindRinging}, false},
		"declined": {nil, func(t *testing.T, _, b *fakePhone, id phone.CallID) {
			require.NoError(t, b.m.Decline(id))
		}, phone.Declined, []kind{kindAck, kindRinging, kindReject}, false},
		"cancelled": {nil, func(t *testing.T, a, _ *fakePhone, id phone.CallID) {
			require.NoError(t, a.m.Hangup(id))
		}, phone.Cancelled, []kind{kindAck, kindRinging}, false},
		"busy": {func(t *testing.T, w *world, _, b *fakePhone) {
			connect(t, w.add("c"), b)
		}, nil, phone.Busy, []kind{kindAck, kindReject}, false},
		"refused": {func(_ *testing.T, _ *world, _, b *fakePhone) {
			b.lets("a", Verdict{Record: true})
		}, nil, phone.NoAnswer, nil, false},
		"secret": {func(_ *testing.T, _ *world, _, b *fakePhone) {
			b.lets("a", Verdict{Ring: true, Wish: phone.Relay})
		}, nil, phone.NoAnswer, nil, false},
		"away": {func(_ *testing.T, _ *world, _, b *fakePhone) { b.disconnect() }, nil, phone.NoAnswer, nil, false},
		"callee without a relay": {func(_ *testing.T, _ *world, _, b *fakePhone) { b.noRelay = true },
			func(t *testing.T, _, b *fakePhone, id phone.CallID) { require.NoError(t, b.answer(id, true)) },
			phone.RelayUnavailable, []kind{kindAck, kindRinging, kindReject}, true},
		"caller without a relay": {func(_ *testing.T, _ *world, a, _ *fakePhone) { a.noRelay = true }, nil, phone.RelayUnavailable, nil, false},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
				if row.prepare != nil {
					row.prepare(t, w, a, b)
				}
				from, to := listen(a), listen(b)
				id, err := a.place(b, true)
				require.NoError(t, err)
				settle(2 * time.Second)
				if row.act != nil {
					row.act(t, a, b, id)
				}
				settle(2 * time.Minute)
				said, text := to.kinds()
				require.Equal(t, row.says, said, "what the callee said")
				require.False(t, text)
				said, text = from.kinds()
				require.False(t, text)
				require.Subset(t, []kind{kindPropose, kindRetract, kindAck}, said, "what the caller said")
				w.mu.Lock()
				defer w.mu.Unlock()
				require.Equal(t, row.reason, a.states[id].Reason)
				require.Equal(t, row.accepted, b.closed[id] > 0, "the callee's media were touched")
			})
		})
	}
}

// P15: ten thousand callers at once leave no more than maxCallers behind, and
// do not keep others out once their buckets are full again.
func TestP15CallersAreForgotten(t *testing.T) {
	r, now := newRingLimiter(RingLimits{Burst: 1_000_000}), time.Now()
	let := 0
	for i := range 10_000 {
		if r.take(PeerID(fmt.Sprint(i)), now) {
			let++
		}
	}
	require.Equal(t, maxCallers, let)
	require.Len(t, r.callers, maxCallers)
	require.False(t, r.take("late", now))
	require.True(t, r.take("late", now.Add(r.limits.CallerEvery)))
	require.Len(t, r.callers, 1)
}

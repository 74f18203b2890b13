package call

import (
	"errors"
	"testing"
	"time"

	"paravent/app/phone"

	"github.com/stretchr/testify/require"
)

func safetyOf(t *testing.T, p *fakePhone, id phone.CallID) phone.Safety {
	t.Helper()
	s, ok := p.m.Snapshot(id)
	require.True(t, ok)
	return s.Safety
}

func TestBothSidesShowTheSameWords(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		id := connect(t, a, b)
		relayed := safetyOf(t, a, id)
		require.Equal(t, phone.SafetyReady, relayed.State)
		require.Equal(t, relayed, safetyOf(t, b, id))

		require.NoError(t, a.m.Restart(id)) // the session stays, and so do its words
		settle(5 * time.Second)
		require.Equal(t, relayed, safetyOf(t, a, id))

		require.NoError(t, a.goDirect(id))
		settle(time.Second)
		require.NoError(t, b.goDirect(id))
		settle(10 * time.Second)
		s, _ := a.live()
		require.Equal(t, phone.Direct, s.Route)
		require.Equal(t, phone.SafetyReady, s.Safety.State)
		require.NotEqual(t, relayed.Code, s.Safety.Code, "another session has other words")
		require.Equal(t, s.Safety, safetyOf(t, b, id))
	})
}

// Two calls of the same two people share no words: keys and call are fresh.
func TestEveryCallHasOtherWords(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		first := connect(t, a, b)
		before := safetyOf(t, a, first)
		require.NoError(t, a.m.Hangup(first))
		settle(time.Second)
		second, err := a.place(b, true)
		require.NoError(t, err)
		settle(2 * time.Second)
		require.NoError(t, b.answer(second, true))
		settle(25 * time.Second) // a message may be late
		require.Equal(t, phone.SafetyReady, safetyOf(t, a, second).State)
		require.NotEqual(t, before.Code, safetyOf(t, a, second).Code)
	})
}

// Somebody between who takes both calls shows each end words of its own.
func TestSomebodyBetweenShowsDifferentWords(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		toward, onward := w.add("m"), w.add("n")
		first, second := connect(t, a, toward), connect(t, onward, b)
		require.Equal(t, phone.SafetyReady, safetyOf(t, b, second).State)
		require.NotEqual(t, safetyOf(t, a, first).Code, safetyOf(t, b, second).Code)
	})
}

// Somebody between who substituted the certificates in the descriptions, and
// passes the rest on, is noticed: the commitment is bound to them.
func TestP23SubstitutedCertificatesEndTheCall(t *testing.T) {
	pair(t, func(t *testing.T, w *world, a, b *fakePhone) {
		w.mu.Lock()
		w.between = true
		w.mu.Unlock()
		id, err := a.place(b, false)
		require.NoError(t, err)
		settle(2 * time.Second)
		require.NoError(t, b.answer(id, false))
		settle(5 * time.Second)
		require.Equal(t, phone.SecurityFailed, reasonOf(t, b, id))
		s, _ := b.m.Snapshot(id)
		require.ErrorIs(t, s.Err, ErrForged)
		require.Equal(t, phone.Ended, a.statesOf(id).State)
	})
}

// A phone that knows of no words can be talked to, and it is said that there
// are none.
func TestACallWithoutWords(t *testing.T) {
	s := with(in(Caller, negotiating), func(s *state) {
		s.gen, s.use, s.made, s.exchange = 1, 1, 1, exDone
	})
	s, out := next(s, event{kind: evMediaUp, at: epoch, gen: 1, proof: Proof{Local: [32]byte{1}}, secret: [32]byte{8}})
	require.Equal(t, "carry COMMIT changed", brief(out))
	require.Equal(t, phone.SafetyPending, s.snapshot().Safety.State)
	s, out = next(s, late(wordsLimit))
	require.Equal(t, "changed", brief(out))
	require.Equal(t, phone.NoSafety, s.snapshot().Safety.State)
	require.Equal(t, connected, s.phase)
}

func TestWordsThatDoNotFitAreDropped(t *testing.T) {
	key := func(k kind, gen uint32, v byte) event {
		return event{kind: evMessage, at: epoch, msg: message{kind: k, gen: gen, key: [32]byte{v}}}
	}
	up := event{kind: evMediaUp, at: epoch, gen: 1, proof: Proof{Local: [32]byte{1}}, secret: [32]byte{8}}
	begun := func(r Role) state {
		s := with(in(r, negotiating), func(s *state) { s.gen, s.use, s.made, s.exchange = 1, 1, 1, exDone })
		s, _ = next(s, up)
		return s
	}
	committed, _ := next(begun(Callee), key(kindCommit, 1, 1))
	for name, row := range map[string]struct {
		s    state
		e    event
		want string
	}{
		"callee takes COMMIT":              {begun(Callee), key(kindCommit, 1, 1), "KEY"},
		"COMMIT of another session":        {begun(Callee), key(kindCommit, 2, 1), "drop"},
		"COMMIT to the caller":             {begun(Caller), key(kindCommit, 1, 1), "drop"},
		"a second COMMIT":                  {committed, key(kindCommit, 1, 2), "drop"},
		"KEY of another session":           {begun(Caller), key(kindKey, 2, 9), "drop"},
		"KEY":                              {begun(Caller), key(kindKey, 1, 9), "REVEAL changed"},
		"KEY that is none":                 {begun(Caller), key(kindKey, 1, 0), "close changed ended HANGUP/7"},
		"REVEAL of another key":            {committed, key(kindReveal, 1, 9), "close changed ended HANGUP/7"},
		"REVEAL before COMMIT":             {begun(Callee), key(kindReveal, 1, 9), "drop"},
		"COMMIT while it rings":            {in(Callee, ringing), key(kindCommit, 1, 1), "drop"},
		"REVEAL without a session":         {in(Callee, connected), key(kindReveal, 1, 1), "drop"},
		"COMMIT without a proof, no reply": {with(in(Callee, connected), func(s *state) { s.made = 1 }), key(kindCommit, 1, 1), ""},
	} {
		after, out := next(row.s, row.e)
		if got := brief(out); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
		if after.phase == ended && (after.reason != phone.SecurityFailed || !errors.Is(after.err, ErrForged)) {
			t.Errorf("%s: ended by %v, %v", name, after.reason, after.err)
		}
	}
}

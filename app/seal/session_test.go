package seal

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSessionBothWays(t *testing.T) {
	c := newTalk(t)
	for i := range 5 {
		for _, d := range [][2]*Session{{c.accepted.Session(), c.answer.Session()}, {c.answer.Session(), c.accepted.Session()}} {
			env, err := d[0].Seal(start, fmt.Append(nil, "message ", i))
			require.NoError(t, err)
			got, sent, err := d[1].Open(env)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint("message ", i), string(got))
			require.True(t, start.Equal(sent))
		}
	}
}

// The callee's first reply may be lost, doubled or come late: any of them opens the session.
func TestAnyReplyOpensTheSession(t *testing.T) {
	c := newTalk(t)
	var replies [][]byte
	for i := range 4 {
		r, err := c.answer.Seal(start, fmt.Append(nil, i))
		require.NoError(t, err)
		replies = append(replies, r)
	}
	a, err := c.invite.Accept(replies[2])
	require.NoError(t, err)
	for _, i := range []int{2, 0, 3} {
		got, _, err := a.Open(replies[i])
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(got))
		_, _, err = a.Open(replies[i])
		require.ErrorIs(t, err, ErrReplayed)
	}
}

func TestForgedReplyIsRefused(t *testing.T) {
	c := newTalk(t)
	reply, err := c.answer.Seal(start, []byte("proceed"))
	require.NoError(t, err)
	for i, m := range flips(reply, 5) {
		a, err := c.invite.Accept(m)
		if err == nil {
			_, _, err = a.Open(m)
		}
		require.Error(t, err, "bit flipped in byte %d", 5*i)
	}
	for n := range len(reply) {
		a, err := c.invite.Accept(reply[:n])
		if err == nil {
			_, _, err = a.Open(reply[:n])
		}
		require.Error(t, err, "cut to %d bytes", n)
	}
}

// Somebody who stole the callee's prekey opens the knock, and still cannot answer as the callee.
func TestReplyNeedsTheCalleesIdentity(t *testing.T) {
	alice, bob, mallory := newPerson(t), newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	k, err := bob.open(alice.knock(t, v, bob, "propose"))
	require.NoError(t, err)
	answer, err := k.Answer(mallory.Identity)
	require.NoError(t, err)
	reply, err := answer.Seal(start, nil)
	require.NoError(t, err)
	_, err = v.Accept(reply)
	require.ErrorIs(t, err, ErrForged)
}

// A reply to one call is none to another call between the same two.
func TestReplyOfAnotherCallIsRefused(t *testing.T) {
	c := newTalk(t)
	reply, err := c.answer.Seal(start, nil)
	require.NoError(t, err)
	other := c.alice.invite(t, c.bob)
	_, err = other.Accept(reply)
	require.ErrorIs(t, err, ErrForged)
	other.secret, other.key = c.invite.secret, c.invite.key // even with the same secrets
	_, err = other.Accept(reply)
	require.ErrorIs(t, err, ErrForged)
}

func TestSecondAnswerIsRefused(t *testing.T) {
	c := newTalk(t)
	k, err := c.bob.open(c.alice.knock(t, c.invite, c.bob, "again"))
	require.NoError(t, err)
	second, err := k.Answer(c.bob.Identity)
	require.NoError(t, err)
	reply, err := second.Seal(start, nil)
	require.NoError(t, err)
	_, _, err = c.accepted.Open(reply)
	require.ErrorIs(t, err, ErrForged)
}

// A message that comes back to who sent it is refused, whatever id it is given.
func TestSwappedRolesAreRefused(t *testing.T) {
	c := newTalk(t)
	for _, s := range []*Session{c.accepted.Session(), c.answer.Session()} {
		_, err := s.Seal(start, nil) // number 1 may be used up the other way
		require.NoError(t, err)
		env, err := s.Seal(start, []byte("state"))
		require.NoError(t, err)
		_, _, err = s.Open(env)
		require.ErrorIs(t, err, ErrForged)
		id := s.In()
		copy(env[1:], id[:])
		_, _, err = s.Open(env)
		require.ErrorIs(t, err, ErrForged)
	}
	// the callee's answer taken as a caller's invite does not fit either
	reply, err := c.answer.Seal(start, nil)
	require.NoError(t, err)
	swapped, err := NewInvite(c.bob.Identity, c.alice.ID(), testDoor, c.invite.call)
	require.NoError(t, err)
	swapped.secret, swapped.key = c.invite.secret, c.invite.key
	_, err = swapped.Accept(reply)
	require.ErrorIs(t, err, ErrForged)
}

func TestForgedSessionEnvelopeIsRefused(t *testing.T) {
	c := newTalk(t)
	env, err := c.accepted.Session().Seal(start, []byte("offer"))
	require.NoError(t, err)
	for i, m := range flips(env, 1) {
		_, _, err := c.answer.Session().Open(m)
		require.Error(t, err, "bit flipped in byte %d", i)
	}
	for n := range len(env) {
		_, _, err := c.answer.Session().Open(env[:n])
		require.Error(t, err, "cut to %d bytes", n)
	}
	_, _, err = c.answer.Session().Open(env)
	require.NoError(t, err, "forgeries must not use up the number")
}

func TestSessionSizes(t *testing.T) {
	c := newTalk(t)
	s := c.accepted.Session()
	_, err := s.Seal(start, make([]byte, MaxSessionPayload+1))
	require.ErrorIs(t, err, ErrTooBig)
	full, err := s.Seal(start, make([]byte, MaxSessionPayload))
	require.NoError(t, err)
	got, _, err := c.answer.Session().Open(full)
	require.NoError(t, err)
	require.Len(t, got, MaxSessionPayload)
	reply, err := c.answer.Seal(start, make([]byte, MaxSessionPayload))
	require.NoError(t, err)
	_, err = KindOf(reply)
	require.NoError(t, err, "the longest message with an answer fits an envelope: %d bytes", len(reply))
	a, err := s.Seal(start, nil)
	require.NoError(t, err)
	b, err := s.Seal(start, make([]byte, 200))
	require.NoError(t, err)
	require.Len(t, b, len(a))
}

// Whatever order envelopes come in, and however often: each opens at most
// once, and every one that is not too far behind opens.
func TestSessionWindow(t *testing.T) {
	c := newTalk(t)
	rapid.Check(t, func(t *rapid.T) {
		var w window
		seen := map[uint64]bool{}
		top := uint64(0)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			n := rapid.Uint64Range(0, top+80).Draw(t, "n")
			want := n > 0 && !seen[n] && n+windowSize > top
			if got := w.fresh(n); got != want {
				t.Fatalf("fresh(%d) = %v after %d", n, got, top)
			}
			if want {
				w.mark(n)
				seen[n] = true
				top = max(top, n)
			}
		}
	})
	var envs [][]byte
	for i := range 3 * windowSize {
		env, err := c.accepted.Session().Seal(start, fmt.Append(nil, i))
		require.NoError(t, err)
		envs = append(envs, env)
	}
	open := c.answer.Session().Open
	for _, i := range []int{70, 10, 69, 130} {
		got, _, err := open(envs[i])
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(got))
	}
	for _, i := range []int{70, 10, 5, 66} {
		_, _, err := open(envs[i])
		require.ErrorIs(t, err, ErrReplayed, "number %d", i)
	}
}

func FuzzSessionOpen(f *testing.F) {
	c := newTalk(f)
	env, err := c.accepted.Session().Seal(start, []byte("offer"))
	require.NoError(f, err)
	f.Add(env)
	f.Add([]byte{3})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &Session{in: c.answer.Session().in, inID: c.answer.Session().inID}
		if _, _, err := s.Open(b); err == nil && !bytes.Equal(b, env) {
			t.Fatal("opened an envelope nobody made")
		}
	})
}

func FuzzAccept(f *testing.F) {
	c := newTalk(f)
	reply, err := c.answer.Seal(start, []byte("ringing"))
	require.NoError(f, err)
	f.Add(reply)
	f.Add(reply[:replyHead])
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := c.invite.Accept(b); err == nil && !bytes.Equal(b[:replyHead], reply[:replyHead]) {
			t.Fatal("accepted an answer nobody made")
		}
	})
}

package seal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkInvite(b *testing.B) {
	alice, bob := newPerson(b), newPerson(b)
	b.ReportAllocs()
	for b.Loop() {
		alice.invite(b, bob)
	}
}

func BenchmarkKnockSeal(b *testing.B) {
	alice, bob := newPerson(b), newPerson(b)
	v, to, payload := alice.invite(b, bob), bob.bundle(b), make([]byte, 300)
	b.ReportAllocs()
	for b.Loop() {
		_, err := v.Knock(to, alice.back, start, payload)
		require.NoError(b, err)
	}
}

func BenchmarkKnockOpen(b *testing.B) {
	alice, bob := newPerson(b), newPerson(b)
	env := alice.knock(b, alice.invite(b, bob), bob, "hello")
	b.ReportAllocs()
	for b.Loop() {
		_, err := bob.open(env)
		require.NoError(b, err)
	}
}

// What a stranger's junk costs.
func BenchmarkKnockRefuse(b *testing.B) {
	alice, bob := newPerson(b), newPerson(b)
	env := alice.knock(b, alice.invite(b, bob), bob, "hello")
	env[len(env)-1] ^= 1
	b.ReportAllocs()
	for b.Loop() {
		_, err := bob.open(env)
		require.Error(b, err)
	}
}

func BenchmarkReplyAccept(b *testing.B) {
	c := newTalk(b)
	reply, err := c.answer.Seal(start, nil)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, err := c.invite.Accept(reply)
		require.NoError(b, err)
	}
}

func BenchmarkSessionSeal(b *testing.B) {
	s, payload := newTalk(b).accepted.Session(), make([]byte, 900)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Seal(start, payload)
	}
}

func BenchmarkSessionOpen(b *testing.B) {
	c := newTalk(b)
	env, err := c.accepted.Session().Seal(start, make([]byte, 900))
	require.NoError(b, err)
	s := c.answer.Session()
	b.ReportAllocs()
	for b.Loop() {
		s.window = window{}
		_, _, err := s.Open(env)
		require.NoError(b, err)
	}
}

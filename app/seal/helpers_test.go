package seal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server/wire"
)

var start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

var testDoor = identity.Door{8, 7, 6, 5, 4, 3, 2, 1}

// person is somebody with an identity and one prekey.
type person struct {
	*identity.Identity
	prekey *Prekey
	back   Return
}

func newPerson(t testing.TB) *person {
	p := &person{Identity: identity.New()}
	var err error
	p.prekey, err = NewPrekey(start)
	require.NoError(t, err)
	a, err := identity.NewAddress(p.Identity, wire.Addr{HostPort: "192.0.2.1:443", Pin: wire.Pin{5}})
	require.NoError(t, err)
	p.back = Return{Mailbox: a.Mailbox, Door: identity.Door{1, 2, 3}}
	return p
}

func (p *person) bundle(t testing.TB) *Bundle {
	b, err := ParseBundle(p.prekey.Bundle(p.Identity), p.ID(), start)
	require.NoError(t, err)
	return b
}

func (p *person) find(id uint32) *Prekey {
	if id == p.prekey.ID {
		return p.prekey
	}
	return nil
}

func (p *person) open(env []byte) (*Knock, error) { return OpenKnock(p.ID(), p.find, env) }

func (p *person) invite(t testing.TB, to *person) *Invite {
	v, err := NewInvite(p.Identity, to.ID(), testDoor, phone.NewCallID())
	require.NoError(t, err)
	return v
}

func (p *person) knock(t testing.TB, v *Invite, to *person, payload string) []byte {
	env, err := v.Knock(to.bundle(t), p.back, start, []byte(payload))
	require.NoError(t, err)
	return env
}

// talk is a caller and a callee with a session.
type talk struct {
	alice, bob *person
	invite     *Invite
	answer     *Answer
	accepted   *Accepted
}

func newTalk(t testing.TB) *talk {
	c := &talk{alice: newPerson(t), bob: newPerson(t)}
	c.invite = c.alice.invite(t, c.bob)
	k, err := c.bob.open(c.alice.knock(t, c.invite, c.bob, "propose"))
	require.NoError(t, err)
	c.answer, err = k.Answer(c.bob.Identity)
	require.NoError(t, err)
	reply, err := c.answer.Seal(start, []byte("ringing"))
	require.NoError(t, err)
	c.accepted, err = c.invite.Accept(reply)
	require.NoError(t, err)
	payload, sent, err := c.accepted.Open(reply)
	require.NoError(t, err)
	require.Equal(t, "ringing", string(payload))
	require.True(t, start.Equal(sent))
	return c
}

// flips returns copies of b with one bit changed, at every step-th byte.
func flips(b []byte, step int) (out [][]byte) {
	for i := 0; i < len(b); i += step {
		m := append([]byte(nil), b...)
		m[i] ^= 1 << (i % 8)
		out = append(out, m)
	}
	return out
}

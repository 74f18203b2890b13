package identity

import (
	"bytes"
	"testing"

	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

func TestSeedRestoresIdentity(t *testing.T) {
	me := New()
	again, err := FromSeed(me.Seed())
	require.NoError(t, err)
	require.Equal(t, me.ID(), again.ID())
	require.True(t, me.ID().Verify([]byte("hello"), again.Sign([]byte("hello"))))
	require.False(t, me.ID().Verify([]byte("other"), again.Sign([]byte("hello"))))
	require.NotEqual(t, me.ID(), New().ID())
	for _, n := range []int{0, 31, 33} {
		_, err := FromSeed(make([]byte, n))
		require.ErrorIs(t, err, ErrBadIdentity)
	}
}

func TestSeedIsACopy(t *testing.T) {
	me := New()
	clear(me.Seed())
	require.NotEqual(t, make([]byte, SeedSize), me.Seed())
}

func TestMailboxKeysDifferPerServerAndRepeat(t *testing.T) {
	me := New()
	key := func(me *Identity, pin wire.Pin) string {
		k, err := me.MailboxKey(pin)
		require.NoError(t, err)
		pub, err := k.PublicKey()
		require.NoError(t, err)
		return pub
	}
	a, b := wire.Pin{1}, wire.Pin{2}
	require.Equal(t, key(me, a), key(me, a))
	require.NotEqual(t, key(me, a), key(me, b))
	require.NotEqual(t, key(me, a), key(New(), a))
	require.True(t, nkeys.IsValidPublicUserKey(key(me, a)))
	raw, err := MailboxBytes(key(me, a))
	require.NoError(t, err)
	require.NotEqual(t, [32]byte(me.ID()), raw, "the mailbox must not show the identity")
}

// The derivations are part of the protocol: another implementation, or a
// later version of this one, must find the same mailbox.
func TestKnownDerivations(t *testing.T) {
	me, err := FromSeed(bytes.Repeat([]byte{7}, SeedSize))
	require.NoError(t, err)
	require.Equal(t, "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c", me.ID().String())
	a, err := NewAddress(me, wire.Addr{HostPort: "example.org:7000", Pin: wire.Pin{9}})
	require.NoError(t, err)
	require.Equal(t, "UAAVF6H5TFCYRJ3EM55LEVWMCVLL7CUNRY6NM6WBJX5T4U3XZORHEQYM", a.Mailbox)
	require.Equal(t, "paravent:AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIsAVL4_ZlFiKdkZ3qyVswVVr-KjY481nrBTfs-U"+
		"3fLonIJAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGV4YW1wbGUub3JnOjcwMDBL6CQv", a.String())
}

func TestDeriveSeparatesPurposes(t *testing.T) {
	me := New()
	require.Equal(t, me.Derive("a"), me.Derive("a"))
	require.NotEqual(t, me.Derive("a"), me.Derive("b"))
	require.NotEqual(t, me.Derive("a"), New().Derive("a"))
}

func TestParseID(t *testing.T) {
	id := New().ID()
	got, err := ParseID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, got)
	for _, bad := range []string{"", "zz", id.String()[1:], id.String() + "00"} {
		_, err := ParseID(bad)
		require.ErrorIs(t, err, ErrBadAddress, bad)
	}
}

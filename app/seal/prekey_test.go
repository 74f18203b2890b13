package seal

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBundleIsTheOwnersAndValid(t *testing.T) {
	bob, mallory := newPerson(t), newPerson(t)
	b := bob.prekey.Bundle(bob.Identity)
	for name, at := range map[string]time.Time{"new": start, "a clock behind": start.Add(-23 * time.Hour), "old": start.Add(BundleLife - time.Second)} {
		p, err := ParseBundle(b, bob.ID(), at)
		require.NoError(t, err, name)
		require.Equal(t, bob.prekey.ID, p.ID)
	}
	for name, at := range map[string]time.Time{"expired": start.Add(BundleLife), "far future": start.Add(-25 * time.Hour)} {
		_, err := ParseBundle(b, bob.ID(), at)
		require.ErrorIs(t, err, ErrBadPrekey, name)
	}
	_, err := ParseBundle(mallory.prekey.Bundle(mallory.Identity), bob.ID(), start)
	require.ErrorIs(t, err, ErrBadPrekey, "the server gave somebody else's")
	_, err = ParseBundle(bob.prekey.Bundle(mallory.Identity), bob.ID(), start)
	require.ErrorIs(t, err, ErrBadPrekey, "signed by somebody else")
	for i, m := range flips(b, 1) {
		_, err := ParseBundle(m, bob.ID(), start)
		require.ErrorIs(t, err, ErrBadPrekey, "bit flipped in byte %d", i)
	}
	for n := range len(b) {
		_, err := ParseBundle(b[:n], bob.ID(), start)
		require.ErrorIs(t, err, ErrBadPrekey, "cut to %d bytes", n)
	}
	require.NotContains(t, string(b), bob.ID().String())
	id := bob.ID()
	require.NotContains(t, string(b), string(id[:]), "the server must not learn whose it is")
}

func TestPrekeysRotateWeeklyAndKeepTheOldOneForTheBox(t *testing.T) {
	p := &Prekeys{}
	rotate := func(at time.Duration, want bool) {
		changed, err := p.Rotate(start.Add(at))
		require.NoError(t, err)
		require.Equal(t, want, changed, "after %v", at)
	}
	rotate(0, true)
	first := p.Current().ID
	rotate(RotateAfter-time.Second, false)
	rotate(RotateAfter, true)
	require.NotEqual(t, first, p.Current().ID)
	require.NotNil(t, p.Find(first))
	rotate(RotateAfter+3*24*time.Hour, false)
	require.NotNil(t, p.Find(first), "the box keeps a knock for three days")
	rotate(RotateAfter+KeepRetired, true)
	require.Nil(t, p.Find(first), "then it is gone for good")
	require.NotNil(t, p.Current())
	rotate(-2*clockSkew, true) // the clock went back: others would refuse the bundle
}

// A phone that was away for weeks can still open what waits for it.
func TestLongAwayPhoneKeepsItsPrekey(t *testing.T) {
	p := &Prekeys{}
	_, err := p.Rotate(start)
	require.NoError(t, err)
	first := p.Current().ID
	_, err = p.Rotate(start.Add(20 * 24 * time.Hour))
	require.NoError(t, err)
	require.NotNil(t, p.Find(first))
}

func TestPrekeysSurviveSaving(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	p := &Prekeys{}
	_, err := p.Rotate(start)
	require.NoError(t, err)
	bob.prekey = p.Current()
	env := alice.knock(t, alice.invite(t, bob), bob, "kept")
	_, err = p.Rotate(start.Add(RotateAfter))
	require.NoError(t, err)
	saved, err := p.Marshal()
	require.NoError(t, err)
	again, err := ParsePrekeys(saved)
	require.NoError(t, err)
	k, err := OpenKnock(bob.ID(), again.Find, env)
	require.NoError(t, err)
	require.Equal(t, "kept", string(k.Payload))
	require.Equal(t, p.Current().ID, again.Current().ID)
	changed, err := again.Rotate(start.Add(RotateAfter + KeepRetired))
	require.NoError(t, err)
	require.True(t, changed, "the time of retirement is saved too")
	for n := 1; n < len(saved); n++ {
		if n%prekeyRecord == 1 {
			continue // a whole number of records
		}
		_, err := ParsePrekeys(saved[:n])
		require.ErrorIs(t, err, ErrMalformed, "cut to %d", n)
	}
}

func FuzzParseBundle(f *testing.F) {
	bob := newPerson(f)
	f.Add(bob.prekey.Bundle(bob.Identity))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := ParseBundle(b, bob.ID(), start); err != nil && !errors.Is(err, ErrBadPrekey) {
			t.Fatalf("untyped error %v", err)
		}
	})
}

func FuzzParsePrekeys(f *testing.F) {
	p := &Prekeys{}
	_, err := p.Rotate(start)
	require.NoError(f, err)
	saved, err := p.Marshal()
	require.NoError(f, err)
	f.Add(saved)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParsePrekeys(b); err == nil && len(p.keys) > maxPrekeys {
			t.Fatal("too many")
		}
	})
}

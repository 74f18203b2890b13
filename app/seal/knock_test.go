package seal

import (
	"bytes"
	"crypto/hpke"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/server/wire"
)

func TestKnockCarriesWhatTheCallerSaid(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	for _, server := range []wire.Addr{{}, {HostPort: "phone.example.org:7000", Pin: wire.Pin{8}}} {
		env, err := v.Knock(bob.bundle(t), Return{alice.back.Mailbox, server, alice.back.Door}, start, []byte("hello"))
		require.NoError(t, err)
		k, err := bob.open(env)
		require.NoError(t, err)
		require.Equal(t, alice.ID(), k.From)
		require.Equal(t, Return{alice.back.Mailbox, server, alice.back.Door}, k.Back)
		require.Equal(t, testDoor, k.Door)
		require.Equal(t, v.call, k.Call)
		require.True(t, start.Equal(k.Sent))
		require.Equal(t, "hello", string(k.Payload))
	}
}

// A knock shows nothing of the caller, the call or the answer's key, and its
// size tells nothing about short messages.
func TestKnockShowsNothing(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	a, b := alice.knock(t, v, bob, "x"), alice.knock(t, v, bob, strings.Repeat("x", 512))
	require.Equal(t, len(a), len(b))
	id, box := alice.ID(), mailboxBytes(t, alice.back.Mailbox)
	for _, secret := range [][]byte{id[:], v.call[:], v.secret[:], v.key.PublicKey().Bytes()[:32], box[:], []byte("xxxx")} {
		require.False(t, bytes.Contains(b, secret))
	}
	require.NotEqual(t, a[knockHeader:knockHeader+32], b[knockHeader:knockHeader+32], "every knock is encapsulated anew")
}

func mailboxBytes(t *testing.T, name string) [32]byte {
	b, err := identity.MailboxBytes(name)
	require.NoError(t, err)
	return b
}

func TestForgedKnockIsRefused(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	env := alice.knock(t, alice.invite(t, bob), bob, "hello")
	for i, m := range flips(env, 7) {
		_, err := bob.open(m)
		require.Error(t, err, "bit flipped in byte %d", 7*i)
	}
	for n := range len(env) {
		if n > 2000 && n%13 != 0 {
			continue // decapsulating takes its time
		}
		_, err := bob.open(env[:n])
		require.Error(t, err, "cut to %d bytes", n)
	}
	_, err := bob.open(append(bytes.Clone(env), 0))
	require.ErrorIs(t, err, ErrForged)
}

func TestOversizedKnockIsRefused(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	_, err := v.Knock(bob.bundle(t), alice.back, start, make([]byte, MaxKnockPayload+1))
	require.ErrorIs(t, err, ErrTooBig)
	env, err := v.Knock(bob.bundle(t), alice.back, start, make([]byte, MaxKnockPayload))
	require.NoError(t, err)
	_, err = bob.open(env)
	require.NoError(t, err)
	_, err = bob.open(append(env, make([]byte, wire.MaxEnvelope)...))
	require.ErrorIs(t, err, ErrTooBig)
	// a caller who seals more than it may: hand-made, since Knock refuses
	_, err = bob.open(alice.seal(t, bob, bob.ID(), inner(v, alice, make([]byte, MaxKnockPayload+1))))
	require.ErrorIs(t, err, ErrMalformed)
}

func TestKnockForSomebodyElseIsRefused(t *testing.T) {
	alice, bob, carol := newPerson(t), newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	env := alice.knock(t, v, bob, "hello")
	_, err := carol.open(env)
	require.ErrorIs(t, err, ErrUnknown, "her prekey has another id")
	_, err = OpenKnock(carol.ID(), func(uint32) *Prekey { return carol.prekey }, env)
	require.ErrorIs(t, err, ErrForged, "nor does it open with her key")
	_, err = OpenKnock(carol.ID(), bob.find, env)
	require.ErrorIs(t, err, ErrForged, "nor with his key in her name")
	_, err = v.Knock(carol.bundle(t), alice.back, start, nil)
	require.ErrorIs(t, err, ErrBadPrekey, "an invite is for one callee")
}

// seal makes a knock to whom's prekey out of a hand-made inside, signed for signedFor.
func (p *person) seal(t *testing.T, whom *person, signedFor identity.ID, body []byte) []byte {
	return sealInner(t, whom, func(header, enc []byte) []byte {
		return append(p.Sign(knockSigned(signedFor, header, enc, body)), body...)
	})
}

func sealInner(t *testing.T, whom *person, in func(header, enc []byte) []byte) []byte {
	header := []byte{byte(KindKnock), byte(whom.prekey.ID >> 24), byte(whom.prekey.ID >> 16), byte(whom.prekey.ID >> 8), byte(whom.prekey.ID)}
	enc, s, err := hpke.NewSender(whom.prekey.key.PublicKey(), kdf, aead, knockInfo(whom.ID()))
	require.NoError(t, err)
	ct, err := s.Seal(header, in(header, enc))
	require.NoError(t, err)
	return append(append(header, enc...), ct...)
}

func inner(v *Invite, from *person, payload []byte) []byte {
	id := from.ID()
	box, _ := identity.MailboxBytes(from.back.Mailbox)
	b := append(append([]byte(nil), id[:]...), 0, 0, 1, 0x90, 0, 0, 0, 0)
	b = append(append(append(append(b, v.call[:]...), v.secret[:]...), v.key.PublicKey().Bytes()...), v.door[:]...)
	b = append(append(b, box[:]...), from.back.Door[:]...)
	return padded(append(b, 0, 0), payload, knockStep)
}

// Bob opens Alice's knock and seals its signed inside again, for Carol: she
// must not believe that Alice calls her.
func TestSurreptitiousForwardingIsRefused(t *testing.T) {
	alice, bob, carol := newPerson(t), newPerson(t), newPerson(t)
	env := alice.knock(t, alice.invite(t, bob), bob, "hello")
	r, err := hpke.NewRecipient(env[knockHeader:][:encSize], bob.prekey.key, kdf, aead, knockInfo(bob.ID()))
	require.NoError(t, err)
	inside, err := r.Open(env[:knockHeader], env[knockHeader+encSize:])
	require.NoError(t, err)
	_, err = carol.open(sealInner(t, carol, func([]byte, []byte) []byte { return inside }))
	require.ErrorIs(t, err, ErrForged)
	_, err = bob.open(sealInner(t, bob, func([]byte, []byte) []byte { return inside }))
	require.ErrorIs(t, err, ErrForged, "nor can it be sealed again for himself: it would pass the replay filter")
}

func TestKnockWithoutTheCallersSignatureIsRefused(t *testing.T) {
	alice, bob, mallory := newPerson(t), newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	body := inner(v, alice, []byte("hello"))
	_, err := bob.open(alice.seal(t, bob, bob.ID(), body))
	require.NoError(t, err, "the hand-made form is right")
	_, err = bob.open(mallory.seal(t, bob, bob.ID(), body))
	require.ErrorIs(t, err, ErrForged)
	_, err = bob.open(alice.seal(t, bob, mallory.ID(), body))
	require.ErrorIs(t, err, ErrForged, "signed for somebody else")
}

func TestKnockInsideIsStrict(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	v := alice.invite(t, bob)
	good := inner(v, alice, []byte("hello"))
	dirty := bytes.Clone(good)
	dirty[len(dirty)-1] = 1
	for name, body := range map[string][]byte{
		"padding not zero": dirty, "padding too long": append(bytes.Clone(good), make([]byte, knockStep)...),
		"cut": good[:32+8+16+secretSize+pubSize+2*doorSize+32+2+2+4], "bad server": badServer(good),
	} {
		_, err := bob.open(alice.seal(t, bob, bob.ID(), body))
		require.ErrorIs(t, err, ErrMalformed, name)
	}
}

// badServer puts a return address into a body that no phone may dial.
func badServer(good []byte) []byte {
	at := 32 + 8 + 16 + secretSize + pubSize + 32
	server := "a b:1#" + strings.Repeat("A", 43)
	b := append(bytes.Clone(good[:at]), 0, byte(len(server)))
	return padded(append(b, server...), []byte("hello"), knockStep)
}

func TestKnocksOfOneCallContinue(t *testing.T) {
	alice, bob := newPerson(t), newPerson(t)
	v, other := alice.invite(t, bob), alice.invite(t, bob)
	other.call = v.call
	first, err := bob.open(alice.knock(t, v, bob, "1"))
	require.NoError(t, err)
	second, err := bob.open(alice.knock(t, v, bob, "2"))
	require.NoError(t, err)
	require.True(t, second.Continues(first))
	require.NotEqual(t, first.Replay, second.Replay)
	changed, err := bob.open(alice.knock(t, other, bob, "3"))
	require.NoError(t, err)
	require.False(t, changed.Continues(first))
}

func FuzzOpenKnock(f *testing.F) {
	alice, bob := newPerson(f), newPerson(f)
	env := alice.knock(f, alice.invite(f, bob), bob, "hello")
	f.Add(env)
	f.Add(env[:knockMin])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := OpenKnock(bob.ID(), func(uint32) *Prekey { return bob.prekey }, b); err == nil && !bytes.Equal(b, env) {
			t.Fatalf("opened a knock nobody made: %+v", k)
		}
	})
}

// The seal hides parseKnock from random bytes: what a signed knock may hold is
// fuzzed by itself.
func FuzzKnockInside(f *testing.F) {
	alice, bob := newPerson(f), newPerson(f)
	f.Add(inner(alice.invite(f, bob), alice, []byte("hello")))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := parseKnock(b)
		if err == nil && (len(k.Payload) > MaxKnockPayload || len(k.key) != pubSize || len(k.Back.Mailbox) != wire.MailboxLen) {
			t.Fatalf("%+v", k)
		}
	})
}

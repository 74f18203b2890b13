package seal

import (
	"bytes"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server/wire"
)

const (
	knockDomain = "paravent-knock-v2\x00"
	knockStep   = 2048 // padding: nearly all knocks are of one size
	maxServer   = 320  // characters of a server's address
	// knockMin is an empty knock: everything but server, payload and padding.
	knockMin = knockHeader + encSize + sigSize + 32 + 8 + 16 + secretSize + pubSize + 2*doorSize + 32 + 2 + 2 + tagSize
)

// Return is where the caller wants answers: its mailbox, and its server or the
// zero Addr when that is the server through which the knock comes. Door is the
// token with which the caller's own link lets strangers call back.
type Return struct {
	Mailbox string
	Server  wire.Addr
	Door    identity.Door
}

// Invite holds a caller's secrets of one call, from the first knock until the
// callee's first reply.
type Invite struct {
	caller *identity.Identity
	callee identity.ID
	door   identity.Door
	call   phone.CallID
	secret [secretSize]byte
	key    hpke.PrivateKey
}

// NewInvite draws the secrets for a call. door is the token of the link by
// which the callee is called.
func NewInvite(caller *identity.Identity, callee identity.ID, door identity.Door, call phone.CallID) (*Invite, error) {
	key, err := kem.GenerateKey()
	if err != nil {
		return nil, err
	}
	v := &Invite{caller: caller, callee: callee, door: door, call: call, key: key}
	_, _ = rand.Read(v.secret[:]) // never fails since Go 1.24
	return v, nil
}

// Knock seals one message to the callee's prekey. Each call of it makes an
// envelope of its own with the same secrets, so that any number of them may be
// lost. Errors are ErrTooBig, ErrBadPrekey and identity.ErrBadAddress.
func (v *Invite) Knock(to *Bundle, back Return, now time.Time, payload []byte) ([]byte, error) {
	if len(payload) > MaxKnockPayload {
		return nil, fmt.Errorf("%w: %d bytes in a knock", ErrTooBig, len(payload))
	}
	if to.Owner != v.callee {
		return nil, fmt.Errorf("%w: of somebody else", ErrBadPrekey)
	}
	box, err := identity.MailboxBytes(back.Mailbox)
	if err != nil {
		return nil, err
	}
	var server string
	if back.Server != (wire.Addr{}) {
		server = back.Server.String()
	}
	if len(server) > maxServer {
		return nil, fmt.Errorf("%w: server too long", identity.ErrBadAddress)
	}
	header := binary.BigEndian.AppendUint32([]byte{byte(KindKnock)}, to.ID)
	enc, sender, err := hpke.NewSender(to.key, kdf, aead, knockInfo(v.callee))
	if err != nil {
		return nil, err
	}
	id := v.caller.ID()
	b := append([]byte(nil), id[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(now.UnixMilli())) //nolint:gosec // after 1970
	b = append(append(b, v.call[:]...), v.secret[:]...)
	b = append(append(b, v.key.PublicKey().Bytes()...), v.door[:]...)
	b = append(append(b, box[:]...), back.Door[:]...)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(server))), server...) //nolint:gosec // bounded above
	b = padded(b, payload, knockStep)
	sig := v.caller.Sign(knockSigned(v.callee, header, enc, b))
	sealed, err := sender.Seal(header, append(sig, b...))
	return append(append(header, enc...), sealed...), err
}

// Knock is an opened and verified knock. Whether it is fresh is for a Replay to tell.
type Knock struct {
	From    identity.ID
	Back    Return
	Door    identity.Door // of the link by which this phone was called
	Call    phone.CallID
	Sent    time.Time
	Payload []byte
	Replay  ReplayID
	secret  [secretSize]byte
	key     []byte // the caller's X-Wing public key for this call
}

// OpenKnock opens a knock to me with the prekey that find yields (nil if it has
// none of that id) and checks everything but freshness. Errors are
// ErrMalformed, ErrUnknown, ErrForged and ErrTooBig.
func OpenKnock(me identity.ID, find func(id uint32) *Prekey, env []byte) (*Knock, error) {
	if kind, err := KindOf(env); err != nil || kind != KindKnock || len(env) < knockMin {
		return nil, errors.Join(fmt.Errorf("%w: knock", ErrMalformed), err)
	}
	header, enc, sealed := env[:knockHeader], env[knockHeader:knockHeader+encSize], env[knockHeader+encSize:]
	prekey := find(binary.BigEndian.Uint32(header[1:]))
	if prekey == nil {
		return nil, fmt.Errorf("%w: prekey", ErrUnknown)
	}
	recipient, err := hpke.NewRecipient(enc, prekey.key, kdf, aead, knockInfo(me))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	b, err := recipient.Open(header, sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	k, err := parseKnock(b[sigSize:])
	if err != nil {
		return nil, err
	}
	if !k.From.Verify(knockSigned(me, header, enc, b[sigSize:]), b[:sigSize]) {
		return nil, fmt.Errorf("%w: signature of the caller", ErrForged)
	}
	sum := sha256.Sum256(enc)
	copy(k.Replay[:], sum[:])
	return k, nil
}

func parseKnock(b []byte) (*Knock, error) {
	r := &reader{rest: b}
	k := &Knock{From: identity.ID(r.take(32))}
	k.Sent = time.UnixMilli(int64(r.uint64())) //nolint:gosec // an absurd one is refused as expired
	k.Call = phone.CallID(r.take(16))
	k.secret = [secretSize]byte(r.take(secretSize))
	k.key = r.take(pubSize)
	k.Door = identity.Door(r.take(doorSize))
	box := [32]byte(r.take(32))
	k.Back.Door = identity.Door(r.take(doorSize))
	server := string(r.sized(maxServer))
	k.Payload = r.sized(MaxKnockPayload)
	r.onlyZeros(knockStep)
	if r.bad {
		return nil, fmt.Errorf("%w: inside a knock", ErrMalformed)
	}
	var err error
	if k.Back.Mailbox, err = identity.MailboxName(box); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if server == "" {
		return k, nil
	}
	if k.Back.Server, err = wire.ParseAddr(server); err == nil {
		err = identity.CheckServer(k.Back.Server)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: return address: %w", ErrMalformed, err)
	}
	return k, nil
}

func knockInfo(callee identity.ID) []byte { return append([]byte(knockDomain), callee[:]...) }

// knockSigned names the callee and the encapsulation: a callee who seals the
// content again for somebody else cannot make it verify there.
func knockSigned(callee identity.ID, header, enc, body []byte) []byte {
	b := make([]byte, 0, len(knockDomain)+32+len(header)+len(enc)+len(body))
	b = append(append(b, knockDomain...), callee[:]...)
	return append(append(append(b, header...), enc...), body...)
}

// Continues tells whether k belongs to the same call, by the same caller with
// the same secrets, as the first knock of it.
func (k *Knock) Continues(first *Knock) bool {
	return k.From == first.From && k.Call == first.Call &&
		subtle.ConstantTimeCompare(k.secret[:], first.secret[:]) == 1 && bytes.Equal(k.key, first.key)
}

package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
)

const (
	replyDomain   = "paravent-reply-v1\x00"
	sessionDomain = "paravent-session-v1\x00"
	tagDomain     = "paravent-reply-tag-v1\x00"
	exportDomain  = "paravent-reply-export-v1\x00"
	replyHeader   = 1 + len(Tag{})
	replyHead     = replyHeader + encSize + sigSize + tagSize // all before the session envelope inside
	sessionSecret = 32
)

// Tag routes a reply to its call at the caller; nobody else can compute it.
type Tag [8]byte

// Tag is what replies to this invite carry.
func (v *Invite) Tag() Tag { return replyTag(v.secret) }

// TagOf is the tag of a reply. The error is ErrMalformed.
func TagOf(reply []byte) (Tag, error) {
	if len(reply) < replyHead || reply[0] != byte(KindReply) {
		return Tag{}, fmt.Errorf("%w: reply", ErrMalformed)
	}
	return Tag(reply[1:replyHeader]), nil
}

// Answer is the callee's half of the second exchange. One is made for a call;
// everything the callee says goes through Seal until the caller is known to
// have it, that is until its first session envelope opened.
type Answer struct {
	head    []byte
	session *Session
}

// Answer encapsulates to the caller's key for this call. The error is ErrMalformed.
func (k *Knock) Answer(me *identity.Identity) (*Answer, error) {
	key, err := kem.NewPublicKey(k.key)
	if err != nil {
		return nil, fmt.Errorf("%w: the caller's key: %w", ErrMalformed, err)
	}
	b := binding{caller: k.From, callee: me.ID(), call: k.Call}
	enc, sender, err := hpke.NewSender(key, kdf, aead, b.info(replyDomain))
	if err != nil {
		return nil, err
	}
	tag := replyTag(k.secret)
	head := append([]byte{byte(KindReply)}, tag[:]...)
	sealed, err := sender.Seal(head, me.Sign(b.replySigned(k.key, enc)))
	if err != nil {
		return nil, err
	}
	export, err := sender.Export(exportDomain, sessionSecret)
	if err != nil {
		return nil, err
	}
	s, err := b.session(k.secret, export, k.key, enc, callee)
	return &Answer{head: append(append(head, enc...), sealed...), session: s}, err
}

// Session is the session that the answer opened.
func (a *Answer) Session() *Session { return a.session }

// Seal makes an envelope that carries the answer and one message.
func (a *Answer) Seal(now time.Time, payload []byte) ([]byte, error) {
	env, err := a.session.Seal(now, payload)
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(a.head), env...), nil
}

// Same tells whether a reply carries the answer that v accepted as head.
func sameAnswer(head, reply []byte) bool { return bytes.HasPrefix(reply, head) }

// Accepted is what the caller keeps of the callee's first reply.
type Accepted struct {
	head    []byte
	session *Session
}

// Accept verifies the answer in a reply; its message is read by Accepted.Open.
// Errors are ErrMalformed and ErrForged.
func (v *Invite) Accept(reply []byte) (*Accepted, error) {
	tag, err := TagOf(reply)
	if err != nil {
		return nil, err
	}
	if tag != v.Tag() {
		return nil, fmt.Errorf("%w: reply to another call", ErrForged)
	}
	header, enc := reply[:replyHeader], reply[replyHeader:replyHeader+encSize]
	b := binding{caller: v.caller.ID(), callee: v.callee, call: v.call}
	recipient, err := hpke.NewRecipient(enc, v.key, kdf, aead, b.info(replyDomain))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	sig, err := recipient.Open(header, reply[replyHeader+encSize:replyHead])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	pub := v.key.PublicKey().Bytes()
	if !v.callee.Verify(b.replySigned(pub, enc), sig) {
		return nil, fmt.Errorf("%w: signature of the callee", ErrForged)
	}
	export, err := recipient.Export(exportDomain, sessionSecret)
	if err != nil {
		return nil, err
	}
	s, err := b.session(v.secret, export, pub, enc, caller)
	return &Accepted{head: bytes.Clone(reply[:replyHead]), session: s}, err
}

// Session is the session that the reply opened.
func (a *Accepted) Session() *Session { return a.session }

// Open reads the message in a reply that carries the accepted answer. Errors
// are those of Session.Open; ErrForged for another answer.
func (a *Accepted) Open(reply []byte) ([]byte, time.Time, error) {
	if !sameAnswer(a.head, reply) {
		return nil, time.Time{}, fmt.Errorf("%w: another answer to the same call", ErrForged)
	}
	return a.session.Open(reply[replyHead:])
}

// binding names what a session is bound to.
type binding struct {
	caller, callee identity.ID
	call           phone.CallID
}

func (b binding) info(domain string) []byte {
	i := append([]byte(domain), b.caller[:]...)
	return append(append(i, b.callee[:]...), b.call[:]...)
}

func (b binding) replySigned(key, enc []byte) []byte {
	return append(append(b.info(replyDomain), key...), enc...)
}

// session mixes both exchanges: secret came under the prekey, export comes
// from the encapsulation to the caller's fresh key.
func (b binding) session(secret [secretSize]byte, export, key, enc []byte, role role) (*Session, error) {
	transcript := sha256.Sum256(append(bytes.Clone(key), enc...))
	okm, err := hkdf.Key(sha256.New, append(secret[:], export...), transcript[:], string(b.info(sessionDomain)), sessionKeys)
	if err != nil {
		return nil, err
	}
	return newSession(okm, role)
}

func replyTag(secret [secretSize]byte) Tag {
	k, err := hkdf.Key(sha256.New, secret[:], nil, tagDomain, len(Tag{}))
	if err != nil {
		panic("seal: 8 bytes of HKDF-SHA256 refused: " + err.Error()) // RFC 5869: only over 8160 bytes
	}
	return Tag(k)
}

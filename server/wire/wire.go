// Package wire is what a phone and a server must agree on: the server's
// address, the subjects of the NATS broker, the connect signature and the
// bodies of the five services. It holds no state; any goroutine may use it.
package wire

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
)

// Limits that both sides keep.
const (
	MaxEnvelope = 16 << 10 // bytes of one sealed envelope
	MailboxLen  = 56       // characters of a mailbox name: a NATS user nkey, "U" and base32
	ALPNNats    = "nats"
	ALPNTurn    = "stun.turn" // RFC 7443
	ALPNHTTP    = "http/1.1"
)

// Errors about addresses and certificates.
var (
	ErrBadAddress = errors.New("server address is not host:port#pin")
	ErrWrongPin   = errors.New("the server's key is not the one in its address")
)

// Pin is the SHA-256 of a server certificate's SubjectPublicKeyInfo (RFC 7469 section 2.4).
type Pin [sha256.Size]byte

// Addr names a server: where it listens, and the key it must prove.
type Addr struct {
	HostPort string // host:port of the one TLS port
	Pin      Pin
}

// ParseAddr reads "host:port#pin", the pin in unpadded base64url.
func ParseAddr(s string) (Addr, error) {
	hp, pin, ok := strings.Cut(strings.TrimSpace(s), "#")
	if !ok || len(s) > 400 {
		return Addr{}, ErrBadAddress
	}
	host, port, err := net.SplitHostPort(hp)
	if err != nil || host == "" || port == "" {
		return Addr{}, fmt.Errorf("%w: %q", ErrBadAddress, hp)
	}
	b, err := base64.RawURLEncoding.DecodeString(pin)
	if err != nil || len(b) != sha256.Size {
		return Addr{}, fmt.Errorf("%w: bad pin", ErrBadAddress)
	}
	return Addr{HostPort: net.JoinHostPort(host, port), Pin: Pin(b)}, nil
}

// String is the form that ParseAddr reads.
func (a Addr) String() string {
	return a.HostPort + "#" + base64.RawURLEncoding.EncodeToString(a.Pin[:])
}

// PinOf is the pin of a certificate.
func PinOf(c *x509.Certificate) Pin { return sha256.Sum256(c.RawSubjectPublicKeyInfo) }

// ClientTLS accepts exactly the pinned key, self-signed or not, and names the
// protocol it wants on the one port.
func ClientTLS(pin Pin, alpn string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		NextProtos:         []string{alpn},
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection checks the pin, on resumption too
		VerifyConnection: func(cs tls.ConnectionState) error {
			if len(cs.PeerCertificates) == 0 || PinOf(cs.PeerCertificates[0]) != pin {
				return ErrWrongPin
			}
			return nil
		},
	}
}

// Hello is what a phone signs with its mailbox key to connect. It is domain
// separated, so that a rogue server cannot have other texts signed, and bound
// to the server's key, so that it cannot log in elsewhere as the phone.
func Hello(pin Pin, nonce []byte) []byte {
	b := append([]byte("paravent-connect-v1\x00"), pin[:]...)
	return append(b, nonce...)
}

// Inbox is the subject of the envelopes for a mailbox U. A phone may subscribe
// only to Inbox(U) and Replies(U)+".>", and publish only to Service(name, U).
func Inbox(mailbox string) string { return "inbox." + mailbox }

// Replies is the prefix of the subjects on which services answer U.
func Replies(mailbox string) string { return "_R." + mailbox }

// Service is the subject of one service for U.
func Service(name, mailbox string) string { return "svc." + name + "." + mailbox }

// The five services. Requests and answers are JSON of the types below; a
// refused request is answered by a Reply with Err set.
const (
	ServiceSend    = "send"    // Send -> Reply
	ServiceBox     = "box"     // Box -> BoxReply
	ServicePrekey  = "prekey"  // PrekeyPut or PrekeyGet -> PrekeyReply
	ServiceTurn    = "turn"    // empty -> TurnReply
	ServiceForward = "forward" // Forward -> the remote service's reply
)

// Refusals, in Reply.Err.
const (
	RefusedRate        = "rate"        // too many requests: wait and try again
	RefusedBad         = "bad"         // malformed
	RefusedTooBig      = "too-big"     // over MaxEnvelope
	RefusedUnknown     = "unknown"     // no prekey published under this mailbox
	RefusedUnreachable = "unreachable" // the other server did not answer; no detail, or it would be a port scanner
	RefusedOff         = "off"         // this server does not offer the service
)

// Reply is the common head of every answer.
type Reply struct {
	Err string `json:"err,omitempty"`
}

// Send delivers a sealed envelope to a mailbox of this server. The answer is
// the same whether its owner is online or not (P14).
type Send struct {
	To       string `json:"to"`
	Envelope []byte `json:"env"`
	Keep     bool   `json:"keep,omitempty"` // store it for an owner who is away: 20 a mailbox, 3 days
}

// Box takes the kept envelopes out of the caller's own mailbox.
type Box struct{}

// BoxReply carries the kept envelopes, oldest first. More says that others did
// not fit and wait for the next request.
type BoxReply struct {
	Reply
	Envelopes [][]byte `json:"envs,omitempty"`
	More      bool     `json:"more,omitempty"`
}

// PrekeyPut publishes the caller's own signed prekey bundle (opaque here).
type PrekeyPut struct {
	Bundle []byte `json:"bundle"`
}

// PrekeyGet asks for the bundle of a mailbox. A request is one of Put and Get.
type PrekeyGet struct {
	Of string `json:"of"`
}

// PrekeyRequest is the body of ServicePrekey.
type PrekeyRequest struct {
	Put *PrekeyPut `json:"put,omitempty"`
	Get *PrekeyGet `json:"get,omitempty"`
}

// PrekeyReply answers a Get.
type PrekeyReply struct {
	Reply
	Bundle []byte `json:"bundle,omitempty"`
}

// TurnReply grants a relay: credentials by the coturn REST convention, with a
// user name that is random for every grant (P17).
type TurnReply struct {
	Reply
	Username string   `json:"username,omitempty"`
	Password string   `json:"password,omitempty"`
	Seconds  int      `json:"seconds,omitempty"` // how long new allocations are allowed
	URIs     []string `json:"uris,omitempty"`    // RFC 7065, "turns:" first
	SeenAs   string   `json:"seen_as,omitempty"` // the caller's IP address as this server sees it (P25)
}

// Forward asks the caller's own server to make a request of another server, so
// that the other server does not learn the caller's IP address (P26). Only
// ServiceSend and ServicePrekey (Get) are forwarded.
type Forward struct {
	Server  string `json:"server"` // Addr.String() of the other server
	Service string `json:"service"`
	Body    []byte `json:"body"`
}

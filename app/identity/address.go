package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/nats-io/nkeys"

	"paravent/app/phone"
	"paravent/server/wire"
)

// ErrBadAddress means that a text is not a call address.
var ErrBadAddress = phone.NewFault("bad-address")

// Limits of an address.
const (
	maxAddress = 1024 // characters of the link
	maxHost    = 253  // RFC 1035 section 2.3.4
)

// The versions of a link: the second one has a door token.
const (
	addressPlain = 1
	addressDoor  = 2
)

const (
	scheme       = "paravent:"
	checkLen     = 4
	addressFixed = 1 + 32 + 32 + sha256.Size // version, identity, mailbox, pin
)

var linkText = base64.RawURLEncoding.Strict()

// Address is where somebody can be called: who they are, the mailbox at their
// server, and the server. An address is public, and gives away nothing but itself.
type Address struct {
	ID      ID
	Mailbox string // user nkey, wire.MailboxLen characters
	Server  wire.Addr
	Door    Door // zero: the link has none
}

// NewAddress is the address that i has on a server.
func NewAddress(i *Identity, server wire.Addr) (Address, error) {
	key, err := i.MailboxKey(server.Pin)
	if err != nil {
		return Address{}, err
	}
	mailbox, err := key.PublicKey()
	return Address{ID: i.ID(), Mailbox: mailbox, Server: server}, err
}

// String is the "paravent:" link: version, identity, mailbox, pin, door token
// where there is one, host:port and four bytes of SHA-256 against typing
// errors, in base64url. It is "" for an address without a valid mailbox.
func (a Address) String() string {
	box, err := MailboxBytes(a.Mailbox)
	if err != nil {
		return ""
	}
	version := byte(addressPlain)
	if !a.Door.IsZero() {
		version = addressDoor
	}
	b := append([]byte{version}, a.ID[:]...)
	b = append(append(b, box[:]...), a.Server.Pin[:]...)
	if version == addressDoor {
		b = append(b, a.Door[:]...)
	}
	b = append(b, a.Server.HostPort...)
	sum := sha256.Sum256(b)
	return scheme + linkText.EncodeToString(append(b, sum[:checkLen]...))
}

// ParseAddress reads a link that String wrote; space around it is ignored and
// nothing else is tolerated. Errors are ErrBadAddress.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	text, ok := strings.CutPrefix(s, scheme)
	if !ok || len(s) > maxAddress {
		return Address{}, fmt.Errorf("%w: not a paravent: link", ErrBadAddress)
	}
	b, err := linkText.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || len(b) <= addressFixed+checkLen {
		return Address{}, fmt.Errorf("%w: not complete", ErrBadAddress)
	}
	body, check := b[:len(b)-checkLen], b[len(b)-checkLen:]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:checkLen], check) {
		return Address{}, fmt.Errorf("%w: mistyped", ErrBadAddress)
	}
	door, hostPort, err := splitDoor(body[0], body[addressFixed:])
	if err != nil {
		return Address{}, err
	}
	a := Address{ID: ID(body[1:33]), Door: door, Server: wire.Addr{HostPort: hostPort, Pin: wire.Pin(body[65:addressFixed])}}
	if a.Mailbox, err = MailboxName([32]byte(body[33:65])); err != nil {
		return Address{}, err
	}
	return a, CheckServer(a.Server)
}

// splitDoor reads what follows the fixed part of a link. A zero token has the
// plain version, so that every address has one link.
func splitDoor(version byte, rest []byte) (d Door, hostPort string, err error) {
	switch {
	case version == addressPlain:
		return d, string(rest), nil
	case version != addressDoor:
		return d, "", fmt.Errorf("%w: version %d", ErrBadAddress, version)
	case len(rest) <= len(d) || Door(rest[:len(d)]).IsZero():
		return d, "", fmt.Errorf("%w: door token", ErrBadAddress)
	}
	return Door(rest[:len(d)]), string(rest[len(d):]), nil
}

// CheckServer tells whether a server's address is one that a phone may dial:
// an IP address or a host name, and a port. Errors are ErrBadAddress.
func CheckServer(server wire.Addr) error {
	host, port, err := net.SplitHostPort(server.HostPort)
	if err != nil || net.JoinHostPort(host, port) != server.HostPort {
		return fmt.Errorf("%w: server is not host:port", ErrBadAddress)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%w: server port", ErrBadAddress)
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		return nil
	}
	if !hostName(host) {
		return fmt.Errorf("%w: server host", ErrBadAddress)
	}
	return nil
}

// hostName admits letters, digits, hyphens and dots (RFC 1123 section 2.1).
func hostName(h string) bool {
	if h == "" || len(h) > maxHost || h[0] == '-' || h[0] == '.' {
		return false
	}
	for _, r := range h {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
		default:
			return false
		}
	}
	return true
}

// MailboxBytes is the raw public key of a mailbox name.
func MailboxBytes(mailbox string) ([32]byte, error) {
	if len(mailbox) != wire.MailboxLen || !nkeys.IsValidPublicUserKey(mailbox) {
		return [32]byte{}, fmt.Errorf("%w: mailbox", ErrBadAddress)
	}
	raw, err := nkeys.Decode(nkeys.PrefixByteUser, []byte(mailbox))
	if err != nil || len(raw) != 32 {
		return [32]byte{}, fmt.Errorf("%w: mailbox", ErrBadAddress)
	}
	return [32]byte(raw), nil
}

// MailboxName is the reverse of MailboxBytes.
func MailboxName(raw [32]byte) (string, error) {
	name, err := nkeys.Encode(nkeys.PrefixByteUser, raw[:])
	if err != nil {
		return "", fmt.Errorf("%w: mailbox: %w", ErrBadAddress, err)
	}
	return string(name), nil
}

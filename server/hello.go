package server

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"paravent/server/wire"
)

// ErrBadHello says that a connect signature does not prove the mailbox.
var ErrBadHello = errors.New("the connect signature is not valid here")

// minNonce is the length of nats-server's own nonce in characters.
const minNonce = 11

// VerifyHello decides who may connect as a mailbox: whoever signed this
// connection's nonce for this server's key with the mailbox's own key. The
// signature is unpadded base64url. It is the only place that decides.
func VerifyHello(pin wire.Pin, mailbox string, nonce []byte, signature string) error {
	if len(mailbox) != wire.MailboxLen || !nkeys.IsValidPublicUserKey(mailbox) {
		return fmt.Errorf("%w: not a mailbox key", ErrBadHello)
	}
	if len(nonce) < minNonce {
		return fmt.Errorf("%w: no nonce", ErrBadHello)
	}
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadHello, err)
	}
	key, err := nkeys.FromPublicKey(mailbox)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadHello, err)
	}
	if err := key.Verify(wire.Hello(pin, nonce), sig); err != nil {
		return fmt.Errorf("%w: %w", ErrBadHello, err)
	}
	return nil
}

// permissions are all that a phone may do at the broker.
func permissions(mailbox string) *natsd.Permissions {
	return &natsd.Permissions{
		Publish:   &natsd.SubjectPermission{Allow: []string{wire.Service("*", mailbox)}},
		Subscribe: &natsd.SubjectPermission{Allow: []string{wire.Inbox(mailbox), wire.Replies(mailbox) + ".>"}},
	}
}

// insider is the user name of this server's own connections to its broker.
const insider = "services"

// gatekeeper is the broker's authenticator. The broker calls Check from the
// connection's goroutine.
type gatekeeper struct {
	pin      wire.Pin
	password string // of the insider, random for each run
	account  *natsd.Account
	roster   *roster
}

func (g *gatekeeper) Check(c natsd.ClientAuthentication) bool {
	if c.Kind() != natsd.CLIENT { // asked for leaf nodes too
		return false
	}
	opts := c.GetOpts()
	from, err := netip.ParseAddrPort(c.RemoteAddress().String())
	if err != nil { // came through no tunnel: a pipe made in this process
		if opts.Username != insider || subtle.ConstantTimeCompare([]byte(opts.Password), []byte(g.password)) != 1 {
			return false
		}
		c.RegisterUser(&natsd.User{Username: insider, Account: g.account})
		return true
	}
	if VerifyHello(g.pin, opts.Nkey, c.GetNonce(), opts.Sig) != nil || !g.roster.name(from, opts.Nkey, c.GetID()) {
		return false
	}
	opts.JWT = "" // the broker would take limits from a JWT that the client made up
	c.RegisterUser(&natsd.User{Username: opts.Nkey, Account: g.account, Permissions: permissions(opts.Nkey)})
	return true
}

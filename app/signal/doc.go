// Package signal talks to one server: it keeps a NATS connection over pinned
// TLS alive, delivers envelopes that arrive in this phone's mailbox, and asks
// the five services. It cannot read what it carries. Open and Close belong to
// one goroutine; every other method may be called from any.
//
//	Open -> run: dial -> TLS (pin) -> NATS (signed nonce) -> subscribe -> online
//	         ^------ backoff, jittered <------ connection lost ----------'
package signal

import (
	"fmt"

	"paravent/app/phone"
	"paravent/server/wire"
)

// Faults of the server connection and of its services.
var (
	ErrServerUnreachable = phone.NewFault("server-unreachable")
	ErrWrongServer       = phone.NewFault("server-wrong-pin") // somebody else answers at the server's address
	ErrServerRefused     = phone.NewFault("server-refused")   // it refused the login or called a request malformed
	ErrRateLimited       = phone.NewFault("rate-limited")
	ErrUnknownAddress    = phone.NewFault("unknown-address")         // no phone has that mailbox
	ErrPeerServer        = phone.NewFault("peer-server-unreachable") // the other person's server did not answer ours
	ErrTooBig            = phone.NewFault("message-too-big")
	ErrServiceOff        = phone.NewFault("service-off") // the server does not offer this service
)

// refusal turns Reply.Err into a fault.
func refusal(reason string) error {
	switch reason {
	case "":
		return nil
	case wire.RefusedRate:
		return ErrRateLimited
	case wire.RefusedTooBig:
		return ErrTooBig
	case wire.RefusedUnknown:
		return ErrUnknownAddress
	case wire.RefusedUnreachable:
		return ErrPeerServer
	case wire.RefusedOff:
		return ErrServiceOff
	}
	return fmt.Errorf("%w: %.40q", ErrServerRefused, reason)
}

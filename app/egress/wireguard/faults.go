package wireguard

import "paravent/app/phone"

// The faults of this package. None of them ever carries key material.
var (
	ErrBadConfig   = phone.NewFault("wireguard-bad-config")  // with the line and what is wrong there
	ErrUnreachable = phone.NewFault("wireguard-unreachable") // the provider does not answer, or does not know our key
	ErrNoDNS       = phone.NewFault("wireguard-no-dns")      // a name is to be found, and the tunnel has no name server
	ErrNotCovered  = phone.NewFault("wireguard-not-covered") // the tunnel does not lead to that address
)

package route

import "paravent/app/phone"

// Faults of this package.
var (
	// ErrRelayUnavailable: no relay could be used. The route is never widened because of it (P9).
	ErrRelayUnavailable = phone.NewFault("relay-unavailable")
	// ErrLeak: the gate stopped a forbidden address on its way out (P3).
	ErrLeak = phone.NewFault("leak-prevented")
	// ErrBadDescription: a session description or candidate is malformed, or holds what no phone of ours writes.
	ErrBadDescription = phone.NewFault("bad-description")
)

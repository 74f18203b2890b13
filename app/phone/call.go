package phone

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
)

// CallID names one call on both sides. The caller chooses it at random; the
// smaller of two ids wins a glare (both called each other at once).
type CallID [16]byte

// NewCallID draws a fresh id from the system's random source.
func NewCallID() CallID {
	var id CallID
	_, _ = rand.Read(id[:]) // never fails since Go 1.24: it aborts the program instead
	return id
}

// ParseCallID reads the 32 hexadecimal digits that String writes.
func ParseCallID(s string) (CallID, error) {
	var id CallID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("%w: %q", ErrBadCallID, s)
	}
	copy(id[:], b)
	return id, nil
}

// String is 32 lower-case hexadecimal digits.
func (id CallID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText lets a CallID stand in JSON as its hexadecimal text.
func (id CallID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (id *CallID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseCallID(string(b))
	return err
}

// State is where a call stands.
//
//	caller: Idle -> Proposing -> Alerting -> Negotiating -> Connected -> Ended
//	callee: Idle -> Ringing --------------> Negotiating -> Connected -> Ended
type State uint8

// The states of a call.
const (
	Idle        State = iota // made, nothing sent or shown yet (the caller checks its relay here)
	Proposing                // caller: PROPOSE sent, nothing heard
	Alerting                 // caller: it rings at the other side
	Ringing                  // callee: it rings here
	Negotiating              // accepted; the media connection is being made
	Connected                // sound and pictures flow
	Ended
)

var stateNames = [...]string{"idle", "proposing", "alerting", "ringing", "negotiating", "connected", "ended"}

// String is the stable lower-case name of the state.
func (s State) String() string { return nameOf(stateNames[:], uint8(s)) }

// EndReason says why a call ended, as this side knows it.
type EndReason uint8

// The reasons for which a call ends. Refused, blocked, disturbed and offline
// callees give no reply at all, so that all of them are NoAnswer here (P14).
const (
	NotEnded          EndReason = iota
	HungUp                      // this side hung up a call that was connected or negotiating
	RemoteHungUp                // the other side did
	Cancelled                   // the caller gave up while it rang (this side or the other)
	Declined                    // the callee declined
	Busy                        // the callee was in another call and let this caller know
	NoAnswer                    // nobody answered in time
	Missed                      // it rang here and nobody answered
	AnsweredElsewhere           // another device of the callee answered
	GlareLost                   // both called: the other call goes on in place of this one
	Replaced                    // the same device called again; its older call is over
	RelayUnavailable            // the relay did not answer or refused; the policy was not widened
	PolicyRefused               // the route or the audience does not allow the call
	LeakPrevented               // the outgoing gate stopped a forbidden address
	SecurityFailed              // wrong fingerprint, forged or replayed message
	NegotiationFailed           // no media path, or no common codec
	MediaLost                   // the media path died and did not come back
	DeviceFailed                // microphone, speaker or camera could not be used
	ServerUnreachable           // the server could not be reached
	Unreachable                 // the address is not known to its server
	ShutDown                    // this phone closed
	NetworkLost                 // the network device or the tunnel that calls are bound to went away (P8)
)

var endReasonNames = [...]string{
	"not-ended", "hung-up", "remote-hung-up", "cancelled", "declined", "busy", "no-answer", "missed",
	"answered-elsewhere", "glare-lost", "replaced", "relay-unavailable", "policy-refused",
	"leak-prevented", "security-failed", "negotiation-failed", "media-lost", "device-failed",
	"server-unreachable", "unreachable", "shut-down", "network-lost",
}

// String is the stable lower-case name; translations use it as "end.NAME".
func (r EndReason) String() string { return nameOf(endReasonNames[:], uint8(r)) }

// EndReasons lists every reason, for tests that want a word for each.
func EndReasons() []EndReason {
	all := make([]EndReason, len(endReasonNames))
	for i := range all {
		all[i] = EndReason(i)
	}
	return all
}

// Route is the way media goes, or may go. The order is meaningful: a smaller
// one (after NoRoute) is stricter.
type Route uint8

// The routes.
const (
	NoRoute Route = iota
	Relay         // through relays only: the peer learns no address of this computer
	Direct        // peer to peer allowed: the peer learns addresses of this computer
)

var routeNames = [...]string{"none", "relay", "direct"}

// String is "none", "relay" or "direct".
func (r Route) String() string { return nameOf(routeNames[:], uint8(r)) }

// Stricter returns the route that both a and b allow (P4).
func Stricter(a, b Route) Route { return min(a, b) }

// Upgrade is where the two sides stand on taking a relayed call to a direct
// path. Nothing of it reveals an address before both agreed.
//
//	none -- asked here --> asking -- they agree --> moving -- path up --> none (route direct)
//	none -- asked there -> asked --- agreed here -----^
//	asking, asked -- refused, withdrawn, timed out --> none
type Upgrade uint8

// The steps of an upgrade.
const (
	NoUpgrade Upgrade = iota
	Asking            // this side asked, the other has not answered yet
	Asked             // the other side asks: agreeing shows CallInfo.WouldShow to them
	Moving            // agreed: the new path is being made while the old one carries on
)

var upgradeNames = [...]string{"none", "asking", "asked", "moving"}

// String is "none", "asking", "asked" or "moving".
func (u Upgrade) String() string { return nameOf(upgradeNames[:], uint8(u)) }

// MarshalText makes an upgrade readable in JSON.
func (u Upgrade) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// MarshalText makes a state readable in JSON.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalText makes a reason readable in JSON.
func (r EndReason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// MarshalText makes a route readable in JSON.
func (r Route) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText wrote; unknown names are errors.
func (s *State) UnmarshalText(b []byte) error { return fromName(stateNames[:], b, (*uint8)(s)) }

// UnmarshalText reads what MarshalText wrote; unknown names are errors.
func (r *EndReason) UnmarshalText(b []byte) error { return fromName(endReasonNames[:], b, (*uint8)(r)) }

// UnmarshalText reads what MarshalText wrote; unknown names are errors.
func (r *Route) UnmarshalText(b []byte) error { return fromName(routeNames[:], b, (*uint8)(r)) }

func fromName(names []string, name []byte, to *uint8) error {
	i := slices.Index(names, string(name))
	if i < 0 {
		return fmt.Errorf("unknown name %q", name)
	}
	*to = uint8(i)
	return nil
}

func nameOf(names []string, i uint8) string {
	if int(i) >= len(names) {
		return fmt.Sprintf("unknown-%d", i)
	}
	return names[i]
}

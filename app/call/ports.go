package call

import (
	"time"

	"paravent/app/phone"
)

// PeerID is the hexadecimal identity key of the other side.
type PeerID string

// Party is somebody who can be called: the verified key and the way to it.
type Party struct {
	ID      PeerID
	Address string // paravent: link
}

// Role says who called. It is fixed when the call is made (P10).
type Role uint8

// The roles.
const (
	Caller Role = iota + 1
	Callee
)

// Flags are what one side holds back.
type Flags struct {
	Muted     bool // no sound
	CameraOff bool // no picture
	Held      bool // neither, and what comes in is not played
}

// Courier carries sealed payloads. Send and Forget return at once.
type Courier interface {
	// Send hands one payload over, at most once and in any order; the link
	// repeats what is not acknowledged. keep asks the server to store it for
	// somebody who is away.
	Send(to Party, id phone.CallID, payload []byte, keep bool)
	// Forget drops the keys of a call that is over.
	Forget(id phone.CallID)
}

// Media makes the media connection. Every method returns at once and does its
// work in the order of the calls; results come back through the Manager.
// Close is idempotent and final: whatever is asked for the id later is ignored.
type Media interface {
	// CheckRelay asks for one real allocation -> Manager.RelayChecked.
	CheckRelay(id phone.CallID)
	// Open says that microphone and camera may open now. It follows only from
	// the person's own Place or Answer (P10).
	Open(id phone.CallID, role Role, video bool, local Flags)
	// Offer and Answer ask for a description -> Manager.Described.
	Offer(id phone.CallID, m Making)
	Answer(id phone.CallID, m Making, offer string)
	// Complete gives the answer to the offer of gen; only failure is reported.
	Complete(id phone.CallID, gen uint32, answer string)
	// Candidate gives a candidate of the other side.
	Candidate(id phone.CallID, gen uint32, candidate string)
	// Carry sends sound and pictures through the session of gen from now on,
	// and through no other; Drop closes one that carries no longer.
	Carry(id phone.CallID, gen uint32)
	Drop(id phone.CallID, gen uint32)
	SetLocal(id phone.CallID, local Flags)
	// Close stops capture and closes sockets at once (P11). It may come from
	// any goroutine, at any time, more than once.
	Close(id phone.CallID)
}

// Making says what a description is for.
type Making struct {
	Gen   uint32
	Route phone.Route // of a session of its own; NoRoute: the one that carries looks for another path (ICE restart)
	Video bool        // the call has a video line
	Early bool        // nobody accepted yet: nothing is sent or played before Carry (P10)
}

// Proof is what was proved when a session came up: the certificates with which
// DTLS is through (P23). The zero Proof is of media that cannot tell.
type Proof struct {
	Local, Remote [32]byte // SHA-256 of the certificates
}

// Policy decides about a proposal without asking the person. It may be called
// from several goroutines.
type Policy interface {
	Decide(from Party, p Proposal) Verdict
	// Wish is this side's wish for a peer now. NoRoute says nothing: the wish
	// of the verdict stays.
	Wish(from Party) phone.Route
	// Prepare tells whether calls of this side to a peer may be made ready
	// while they ring.
	Prepare(to Party) bool
	// MayGoDirect tells whether the person may agree, in a relayed call, to
	// show a peer this computer's addresses.
	MayGoDirect(peer Party) bool
}

// Verdict is what the policy says about a caller.
type Verdict struct {
	Ring        bool          // it may ring; otherwise nothing is ever sent back (P13, P14), unless the person is calling them
	TellRinging bool          // the caller may learn that it rings, that it is busy or was declined
	Record      bool          // a call that may not ring is reported as missed, Silenced
	Wish        phone.Route   // this side's wish for this peer; NoRoute refuses like !Ring
	RingFor     time.Duration // how long it may ring; 0 leaves it to the caller
	AudioOnly   bool          // it rings, and is held, without pictures
	Once        bool          // it may ring because it was let in once; Door.Rang follows if it does
	Stranger    bool          // no contact, and not let in once: shares the smaller limit of strangers (P15)
	Prepare     bool          // the connection may be made ready while it rings, relayed and silent
}

// Observer is told what happened, in order for each call. It may call back.
type Observer interface {
	Incoming(Snapshot)      // it rings; a CallChanged follows
	CallChanged(Snapshot)   // something in the snapshot changed
	Ended(Snapshot)         // the last word about a call that was placed or rang
	Missed(MissedCall)      // a call that nobody answered, after its Ended if it rang
	Notice(Snapshot, error) // a change of route that was asked for did not happen; the call goes on
}

// MissedWhy says why a call was missed.
type MissedWhy uint8

// The reasons.
const (
	Unanswered MissedWhy = iota + 1 // it rang
	WasBusy                         // another call was on
	CameLate                        // it was over before it arrived: this phone was away
	Silenced                        // "who can call me" did not let it ring
)

// MissedCall is a call that nobody answered.
type MissedCall struct {
	Call  phone.CallID
	From  Party
	Name  string // what the caller calls themselves, safe to show
	Video bool
	At    time.Time // when it was placed, by this phone's clock
	Why   MissedWhy
}

// Received is one payload that the courier opened and verified.
type Received struct {
	From     Party
	Call     phone.CallID
	Payload  []byte
	HasLink  bool // with Stranger: by the link that this phone gives out now
	Stranger bool // it came in a knock: it meets only the small parser (P12)
	Kept     bool // it waited in the mailbox
}

// Snapshot is what is known of one call at one moment.
type Snapshot struct {
	ID            phone.CallID
	Outgoing      bool
	Peer          Party
	Name          string // what a caller calls themselves, safe to show
	Video         bool   // the call has a video line
	State         phone.State
	Reason        phone.EndReason
	Err           error       // more about Reason, or nil
	Route         phone.Route // in use, or agreed while nothing is; NoRoute before
	Upgrade       phone.Upgrade
	Local, Remote Flags
	Safety        phone.Safety // of the session in use
	Recovering    bool         // connected, but the media path is being repaired
	Started       time.Time
	Accepted      time.Time // when the callee accepted, as known here
	ConnectedAt   time.Time
	EndedAt       time.Time
	Successor     phone.CallID // with GlareLost: the call that goes on instead
}

// Errors of the Manager's methods.
var (
	ErrWrongState = phone.NewFault("call-wrong-state") // the call is not in a state that allows this
	ErrNoRoute    = phone.NewFault("call-no-route")    // neither relay nor direct was asked for
	ErrOwnAddress = phone.NewFault("call-own-address") // that is this phone itself
	// ErrForged says that the other side tampered with the safety words.
	ErrForged = phone.NewFault("safety-words-forged")
	// Of changes of route; the last four come as notices.
	ErrDirectForbidden  = phone.NewFault("direct-forbidden")    // this phone's own settings do not allow it with this peer
	ErrDirectRefused    = phone.NewFault("direct-refused")      // the other side said no
	ErrDirectUnanswered = phone.NewFault("direct-unanswered")   // the other side said nothing
	ErrDirectFailed     = phone.NewFault("direct-failed")       // no direct path: the call stays relayed
	ErrRelayFailed      = phone.NewFault("relay-return-failed") // no relayed path: the call stays direct
)

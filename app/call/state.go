package call

import (
	"time"

	"paravent/app/phone"
)

// phase is where a call stands, finer than phone.State.
//
//	caller                                          callee
//	made                                            made
//	 | place (microphone may open)                   | ring           \ join: the person here
//	 v                                               v                 | was calling that very
//	checking --relay ok--> proposing                ringing            | peer, and lost the glare
//	   direct wish: at once  | RINGING               | answer (microphone may open)
//	                         v                       v                 v
//	                       alerting                 securing --relay ok--> PROCEED out
//	                         | PROCEED                 direct: at once        |
//	                         v                                               v
//	    [securing: relay agreed but not checked yet] --> negotiating <-------+
//	                                                      | media up
//	                                                      v
//	                                                  connected <==> recovering
//	                                                         media down / up
//	every phase --hang up, refusal, time, failure--> ended (only acknowledges)
type phase uint8

const (
	made phase = iota
	checking
	proposing
	alerting
	ringing
	securing
	negotiating
	connected
	recovering
	ended
)

var phaseNames = [...]string{"made", "checking", "proposing", "alerting", "ringing", "securing",
	"negotiating", "connected", "recovering", "ended"}

func (p phase) String() string { return phaseNames[p] }

// public is the state that people see.
func (p phase) public() phone.State {
	return [...]phone.State{made: phone.Idle, checking: phone.Idle, proposing: phone.Proposing,
		alerting: phone.Alerting, ringing: phone.Ringing, securing: phone.Negotiating,
		negotiating: phone.Negotiating, connected: phone.Connected, recovering: phone.Connected,
		ended: phone.Ended}[p]
}

// exchange is where the descriptions of the present generation stand.
type exchange uint8

const (
	exNone       exchange = iota // no description asked for yet
	exDescribing                 // the media make ours
	exOffered                    // caller: OFFER is out
	exDone                       // both have both
)

// held is a candidate that came before its description.
type held struct {
	gen  uint32
	text string
}

// state is everything that next knows of a call. It is a value: next gets one
// and returns another, and never writes into shared memory.
type state struct {
	// Set at construction.
	id      phone.CallID
	role    Role
	peer    Party
	video   bool
	wish    phone.Route // of this side
	theirs  phone.Route // callee: the proposal's wish
	tell    bool        // callee: the caller may learn that it rings
	ttl     time.Duration
	name    string // what the caller calls themselves
	started time.Time

	// Moved by next.
	phase         phase
	deadline      time.Time // of the phase; zero: none
	opened        bool      // Media.Open was asked for
	relayOK       bool      // a relay was checked
	route         phone.Route
	gen, upGen    uint32 // generation of descriptions; newest that carried media
	exchange      exchange
	early         []held // candidates before their description, at most maxHeld
	candidates    int    // taken in this generation, at most maxCandidates
	local, remote Flags
	retry         time.Time // recovering: next attempt
	accepted      time.Time
	connectedAt   time.Time
	endedAt       time.Time
	reason        phone.EndReason
	err           error
	successor     phone.CallID
}

// Time limits, in the order of a call's life.
const (
	relayLimit       = 5 * time.Second // P9
	defaultTTL       = 45 * time.Second
	negotiationLimit = 30 * time.Second
	recoveryLimit    = 20 * time.Second
	recoveryRetry    = 7 * time.Second
	lingerTime       = 30 * time.Second
)

// Bounds on what the other side can make us hold.
const (
	maxHeld       = 32
	maxCandidates = 64
)

// mute tells that not even acknowledgements may go out: the callee lets it
// ring in secret, or let it ring in secret until the end.
func (s *state) mute() bool {
	return s.role == Callee && !s.tell && s.accepted.IsZero()
}

func (s *state) snapshot() Snapshot {
	name := s.name
	if s.role == Caller {
		name = "" // that is this side's own
	}
	return Snapshot{
		ID: s.id, Outgoing: s.role == Caller, Peer: s.peer, Name: name, Video: s.video,
		State: s.phase.public(), Reason: s.reason, Err: s.err, Route: s.route,
		Local: s.local, Remote: s.remote, Recovering: s.phase == recovering,
		Started: s.started, Accepted: s.accepted, ConnectedAt: s.connectedAt, EndedAt: s.endedAt,
		Successor: s.successor,
	}
}

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

// readiness is how far a call is made ready while it rings: relayed, and
// without a track of the callee (P1, P10). Whatever fails leads to readyNever,
// from where the call goes on as if there were no such thing.
//
//	readyMay --(callee: it rings; caller: PREPARE)--> readyChecking --relay ok--> readyAgreed
//	    \------------------------------------------------\----failure, end------> readyNever
type readiness uint8

const (
	readyNever    readiness = iota // not wished, or given up
	readyMay                       // wished by this side
	readyChecking                  // the relay is being checked
	readyAgreed                    // PREPARE is out, or in: descriptions may travel
)

// move is where a change of route stands.
//
//	caller and callee                     callee            both
//	asking --ASK in--------+------------> awaiting --OFFER-> making --up--> moved ---MOVED in-> calm
//	weighing -> asked --go-+ caller: OFFER                      \--MOVED in-> awaited --up-----^
//	every one --refusal, withdrawal, time, DROP--> calm, with the session that carried
//
// A side that was up and said MOVED never says DROP, and a session is given up
// for the other only once both said MOVED: both sides end with the same one.
type move uint8

const (
	calm     move = iota
	asking        // this side asked for a direct route
	weighing      // the other side asked, the policy is consulted
	asked         // the other side asked, and so the person here is
	awaiting      // agreed; the offer comes as soon as it can
	making        // a second session is being made
	awaited       // the other side is through, this one not yet
	moved         // this side is through and carries, the other not yet
)

// never is no time limit.
var never time.Time

// turn is a change of route under way.
type turn struct {
	move   move
	until  time.Time   // when it is given up; zero: never
	gen    uint32      // of the second session: making, awaited, moved
	route  phone.Route // of the second session
	mine   uint32      // number of this side's ASK; 0: none stands
	theirs uint32      // number of the other side's ASK; 0: none stands
	proven proven      // of the second session, once it was up
	repair bool        // look for another path as soon as it is over
}

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
	self    PeerID
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
	used          bool      // the media were asked for anything
	relayOK       bool      // a relay was checked
	ready         readiness
	route         phone.Route // of the session in use, or agreed while there is none
	may           phone.Route // the widest that both sides agree to now
	widest        phone.Route // the widest that this side ever agreed to in this call
	gen           uint32      // newest generation of descriptions, of any session
	made          uint32      // generation with which the session in use began
	proven        proven      // of the session in use, once it was up
	words         compared    // the safety words
	use, upGen    uint32      // newest generation of the session in use, 0: none; newest of it that was up
	exchange      exchange
	fresh         phone.Route // of the session that the exchange is about; NoRoute: it restarts the one in use
	turn          turn
	asks          uint32 // number of this side's newest ASK
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
	askLimit         = 30 * time.Second
	moveLimit        = 15 * time.Second
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
		State: s.phase.public(), Safety: s.safety(), Reason: s.reason, Err: s.err, Route: s.route, Upgrade: s.upgrade(),
		Local: s.local, Remote: s.remote, Recovering: s.phase == recovering,
		Started: s.started, Accepted: s.accepted, ConnectedAt: s.connectedAt, EndedAt: s.endedAt,
		Successor: s.successor,
	}
}

// upgrade is what people see of a turn.
func (s *state) upgrade() phone.Upgrade {
	switch s.turn.move {
	case calm, weighing:
		return phone.NoUpgrade
	case asking:
		return phone.Asking
	case asked:
		return phone.Asked
	case awaiting, making, awaited, moved:
		return phone.Moving
	}
	return phone.NoUpgrade
}

package call

import (
	"time"

	"paravent/app/phone"
)

// eventKind is something that may happen to a call.
type eventKind uint8

const (
	// From the person here.
	evPlace       eventKind = iota // caller: call
	evAnswer                       // callee: video tells whether the camera goes on
	evDecline                      // callee
	evHangup                       // both
	evSetLocal                     // both: local
	evRestart                      // both: the network changed
	evGoDirect                     // both: ask for, or agree to, a direct route
	evGoRelay                      // both: refuse, withdraw, or go back to the relay
	evRetell                       // both: what is known of the other side changed
	evShutDown                     // both: the phone closes
	evNetworkLost                  // both: err
	// From the manager.
	evRing      // callee: let in; left is how long it may ring
	evJoin      // callee: let in and answered, after a lost glare
	evTurnAway  // callee: busy, and may know
	evGlareLost // caller: successor goes on instead
	evReplaced  // both: the same device called again
	// From the ports. gen names the generation they belong to.
	evRelayChecked   // err
	evDescribed      // gen, text or err with reason
	evLocalCandidate // gen, text
	evMediaUp        // gen, proof, secret
	evMediaDown      // gen
	evMediaFailed    // gen, err, reason
	evSendFailed     // err, reason
	evConsulted      // allowed: what the policy says about going direct
	// From the other side, in order.
	evMessage // msg
	evTick    // time passed
)

// event is one of the kinds with its own fields set. at is always set.
type event struct {
	kind      eventKind
	at        time.Time
	msg       message
	video     bool
	allowed   bool
	wish      phone.Route // evAnswer: the policy's wish now; NoRoute leaves the one of the verdict
	local     Flags
	left      time.Duration
	gen       uint32
	text      string
	reason    phone.EndReason
	err       error
	successor phone.CallID
	proof     Proof
	secret    [32]byte // evMediaUp: fresh, for one exchange of safety words
}

// actionKind is something to do after a transition.
type actionKind uint8

const (
	actDrop         actionKind = iota // the event does not fit the state: count it, do nothing
	actSend                           // msg
	actCheckRelay                     // Media.CheckRelay
	actOpen                           // Media.Open
	actOffer                          // Media.Offer: gen, route, early
	actAnswer                         // Media.Answer: gen, route, early, text
	actComplete                       // Media.Complete: gen, text
	actCandidate                      // Media.Candidate: gen, text
	actSetLocal                       // Media.SetLocal
	actCarry                          // Media.Carry: gen
	actCloseSession                   // Media.Drop: gen
	actClose                          // Media.Close, before anything else
	actIncoming                       // Observer.Incoming
	actChanged                        // Observer.CallChanged
	actEnded                          // Observer.Ended
	actMissed                         // Observer.Missed
	actNotice                         // Observer.Notice: err
	actConsult                        // Policy.MayGoDirect -> evConsulted
)

// action is one of the kinds with its own fields set.
type action struct {
	kind  actionKind
	msg   message
	gen   uint32
	text  string
	route phone.Route
	early bool
	err   error
}

// Package route decides which way media may go and holds that line. It turns
// the person's wish into a plan, the plan into pion settings, checks a relay
// before anything rings, and owns the gate through which every description
// and every candidate leaves or enters.
//
//	Wish -> phone.Route -> NewPlan -> Plan.Settings -> pion
//	                          |
//	                        NewGate:  pion -> Out... -> peer,  peer -> In... -> pion
//
// Plans are values. A Gate belongs to one call and may be used from any
// goroutine. Nothing here opens a socket except CheckRelay, and what pion opens
// after Plan.Settings was given to a PeerConnection.
package route

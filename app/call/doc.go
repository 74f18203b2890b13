// Package call is the life of calls: who may ring, what is said to the other
// side and when, and which orders the media get. It knows nothing of networks,
// keys, codecs or windows; those are the ports Courier, Media, Policy and
// Observer, which the app implements.
//
//	any goroutine --> Manager --lock--> next(state, event) --> state, actions
//	                                         |  pure            |
//	     link (numbers, acks, order) <-------+------ jobs ------+
//	                                                  |
//	                  one goroutine per call: ports, timers, retransmission
//
// A Manager may be used from any goroutine, and from inside a port. No port is
// called with a lock held. The ports of one call are called in order by its
// own goroutine, except Media.Close: whoever ends a call closes its media at
// once, in their own goroutine, before anything else happens (P11).
package call

// Package selftest answers "what would they see?": it runs a hostile peer
// against a second phone that has the person's settings and the real code, on
// this computer's loopback, and judges each privacy rule by what the peer
// learned and what the phone's network did.
//
//	Run -> world: server on loopback, Phone under test, watch on its network
//	    -> scenarios: hostile.Peer against Phone -> trials
//	    -> judges: trials -> phone.PrivacyReport
//
// What is expected is worked out here once more, from the settings, and not
// asked of the code under test. Run may be called from any goroutine; it opens
// no real device, touches nothing of the person's own phone and reaches
// nothing outside this computer.
package selftest

// Package server is Paravent's rendezvous and relay: mailboxes, missed calls,
// prekeys, relay credentials and the relay itself, behind one TLS port. It is
// run by cmd/paravent-server and embedded in the desktop app.
//
//	                        one TLS port, told apart by ALPN
//	phone --TLS--> front --+-- "nats" --------------> tunnel --> broker (nats-server, no listener)
//	                       +-- "stun.turn" or 0x00 -> relay         |
//	                       +-- "http/1.1" --> web --+-- /health     |
//	                                                +-- /ws ------> tunnel
//	phone --UDP--> relay (TURN)                                     |
//	                         services: send, box, prekey, turn, forward
//	                                     |            |
//	                                  vault       other servers
//
// Nothing here can read a message: envelopes are sealed by the phones. The
// server knows mailboxes (transport keys), never identities, and keeps no
// record of who wrote to whom.
//
// Open, Close and the methods of Server may be called from any goroutine.
package server

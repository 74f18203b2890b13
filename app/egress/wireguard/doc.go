// Package wireguard takes a VPN provider's WireGuard configuration and opens
// a tunnel in user space, without root and without a device of the system, so
// that only what is sent through it takes the provider's way.
//
//	text -> Parse -> Config -> Open -> Tunnel
//	                                     |- Net, DialContext: sockets of the tunnel's own stack
//	                                     |       IP packets <-> WireGuard <-> outer socket <-> provider
//	                                     '- Lost: the provider no longer answers
//
// Nothing here ever uses the system's network but for two things, and both are
// given by the Options: the outer socket, and finding the provider's address.
// What the tunnel cannot carry fails. Any goroutine may use a Tunnel.
package wireguard

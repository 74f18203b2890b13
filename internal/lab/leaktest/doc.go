// Package leaktest proves with packets that nobody learns an address they
// should not: whole phones, servers and relays run as processes in network
// namespaces, every wire is recorded, and what the records show is compared
// with what is allowed and with what the phones' receipts say.
//
//	phone-a -- home-a (NAT) --.               .-- home-b (NAT) -- phone-b
//	                           internet (routes)
//	             server -------'      |        '------- relay (coturn)
//	                                 vpn
//
// Run runs every scenario, one after the other, over one such network. It
// belongs to one goroutine. The network lives in namespaces that Enter made
// and that end with this process, so nothing is left behind.
package leaktest

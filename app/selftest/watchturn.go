package selftest

import (
	"net/netip"
	"slices"

	"github.com/pion/stun/v4"
)

// turnMethods are those by which a relay is asked for something.
var turnMethods = []stun.Method{
	stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodSend, stun.MethodAllocate, stun.MethodRefresh,
}

// peersIn reads what a TURN message over UDP asks the relay to reach, and as
// whom it asks for an address: RFC 8656 sections 7, 9 and 11.
func peersIn(b []byte) (peers []netip.AddrPort, user string) {
	if !stun.IsMessage(b) {
		return nil, ""
	}
	m := stun.New()
	if _, err := m.Write(b); err != nil {
		return nil, ""
	}
	if !slices.Contains(turnMethods, m.Type.Method) {
		return nil, ""
	}
	for _, a := range m.Attributes {
		switch a.Type { //nolint:exhaustive // the others name nobody
		case stun.AttrXORPeerAddress:
			one := stun.New()
			one.TransactionID = m.TransactionID
			one.Add(stun.AttrXORPeerAddress, a.Value)
			var x stun.XORMappedAddress
			if x.GetFromAs(one, stun.AttrXORPeerAddress) != nil {
				continue
			}
			if ip, ok := netip.AddrFromSlice(x.IP); ok {
				peers = append(peers, netip.AddrPortFrom(ip.Unmap(), uint16(x.Port))) //nolint:gosec // a port
			}
		case stun.AttrUsername:
			if m.Type.Method == stun.MethodAllocate {
				user = string(a.Value)
			}
		}
	}
	return peers, user
}

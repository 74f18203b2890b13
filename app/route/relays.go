package route

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/pion/stun/v4"

	"paravent/server/wire"
)

// Relays is a grant to use the relay of the phone's own server.
type Relays struct {
	URIs     []string // RFC 7065; turns: over TCP, turn: over UDP and turn: over TCP are used
	Username string   // random for every grant (P17)
	Password string
	Pin      wire.Pin   // the key that the TLS relay must prove
	SeenAs   netip.Addr // this phone's address as the server sees it; the zero Addr where unknown
}

// RelaysFrom reads a server's grant. pin is the pin of the server that gave it.
func RelaysFrom(t wire.TurnReply, pin wire.Pin) Relays {
	seen, err := netip.ParseAddr(t.SeenAs)
	if err != nil {
		seen = netip.Addr{}
	}
	return Relays{URIs: t.URIs, Username: t.Username, Password: t.Password, Pin: pin, SeenAs: seen.Unmap()}
}

// target is one relay URI that this phone is willing to use.
type target struct {
	uri  string
	via  carrier
	host string
	port int
}

// carrier is how a relay is spoken to.
type carrier uint8

// The carriers, in the order in which they are tried: TLS hides user name
// and peers from the network (P17), TCP passes where UDP is blocked.
const (
	overTLS carrier = iota
	overUDP
	overTCP
)

func (t target) hostPort() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

// addr is the literal address in the URI, or the zero Addr for a host name.
func (t target) addr() netip.Addr {
	a, err := netip.ParseAddr(t.host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

// HostPorts are the "host:port" of the relays that a call may use.
func (r Relays) HostPorts() []string {
	targets, err := r.targets()
	if err != nil {
		return nil
	}
	list := make([]string, len(targets))
	for i, t := range targets {
		list[i] = t.hostPort()
	}
	return list
}

// targets picks the usable URIs: TLS first, then UDP, then plain TCP, each in
// the server's order. stun: is left out because it hides nothing.
func (r Relays) targets() ([]target, error) {
	var list []target
	for _, s := range r.URIs {
		u, err := stun.ParseURI(s)
		if err != nil {
			return nil, fmt.Errorf("%w: the server named a bad relay: %w", ErrRelayUnavailable, err)
		}
		switch {
		case u.Scheme == stun.SchemeTypeTURNS && u.Proto == stun.ProtoTypeTCP:
			list = append(list, target{s, overTLS, u.Host, u.Port})
		case u.Scheme == stun.SchemeTypeTURN && u.Proto == stun.ProtoTypeUDP:
			list = append(list, target{s, overUDP, u.Host, u.Port})
		case u.Scheme == stun.SchemeTypeTURN && u.Proto == stun.ProtoTypeTCP:
			list = append(list, target{s, overTCP, u.Host, u.Port})
		}
	}
	if len(list) > 0 && (r.Username == "" || r.Password == "") {
		return nil, fmt.Errorf("%w: the server gave no credentials", ErrRelayUnavailable)
	}
	slices.SortStableFunc(list, func(a, b target) int { return int(a.via) - int(b.via) })
	return list, nil
}

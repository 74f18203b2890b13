package route

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/pion/stun/v4"

	"paravent/server/wire"
)

// Relays is a grant to use the relay of the phone's own server.
type Relays struct {
	URIs     []string // RFC 7065; only turns: over TCP and turn: over UDP are used
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
	tls  bool
	host string
	port int
}

func (t target) hostPort() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

// addr is the literal address in the URI, or the zero Addr for a host name.
func (t target) addr() netip.Addr {
	a, err := netip.ParseAddr(t.host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

// targets picks the usable URIs in the server's order. Plain TURN over TCP is
// left out because credentials and peers would travel in clear on a stream
// that the pin does not guard; stun: is left out because it hides nothing.
func (r Relays) targets() ([]target, error) {
	var list []target
	for _, s := range r.URIs {
		u, err := stun.ParseURI(s)
		if err != nil {
			return nil, fmt.Errorf("%w: the server named a bad relay: %w", ErrRelayUnavailable, err)
		}
		switch {
		case u.Scheme == stun.SchemeTypeTURNS && u.Proto == stun.ProtoTypeTCP:
			list = append(list, target{s, true, u.Host, u.Port})
		case u.Scheme == stun.SchemeTypeTURN && u.Proto == stun.ProtoTypeUDP:
			list = append(list, target{s, false, u.Host, u.Port})
		}
	}
	if len(list) > 0 && (r.Username == "" || r.Password == "") {
		return nil, fmt.Errorf("%w: the server gave no credentials", ErrRelayUnavailable)
	}
	return list, nil
}

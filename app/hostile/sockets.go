package hostile

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"paravent/app/phone"
	"paravent/server/wire"
)

// maxDirect bounds the sockets on this peer's own addresses.
const maxDirect = 6

var errNoRelay = errors.New("no relay by UDP")

// sockets are all of one call: one on each own address, and one at the relay.
type sockets struct {
	all     []*socket
	relayed netip.AddrPort // the zero one without a relay
	client  *turn.Client
	base    net.PacketConn // to the relay
}

// openSockets opens what this peer can; without a relay it goes on with its
// own addresses.
func openSockets(ctx context.Context, log *Log, call phone.CallID, grant wire.TurnReply) (*sockets, error) {
	s := &sockets{}
	for _, a := range ownAddresses() {
		conn, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", netip.AddrPortFrom(a, 0).String())
		if err == nil {
			s.all = append(s.all, newSocket(conn, log, call, true))
		}
	}
	if conn, err := s.allocate(ctx, grant); err == nil {
		s.relayed = addrPort(conn.LocalAddr())
		s.all = append(s.all, newSocket(conn, log, call, false))
	}
	if len(s.all) == 0 {
		return nil, errNoRelay
	}
	return s, nil
}

// ownAddresses are this computer's, loopback first.
func ownAddresses() []netip.Addr {
	list := []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	addrs, _ := net.InterfaceAddrs() // none is none
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && len(list) < maxDirect && p.Addr().IsGlobalUnicast() {
			list = append(list, p.Addr())
		}
	}
	return list
}

// allocate asks the relay for an address.
func (s *sockets) allocate(ctx context.Context, grant wire.TurnReply) (net.PacketConn, error) {
	server := ""
	for _, text := range grant.URIs {
		if u, err := stun.ParseURI(text); err == nil && u.Scheme == stun.SchemeTypeTURN && u.Proto == stun.ProtoTypeUDP {
			server = net.JoinHostPort(u.Host, strconv.Itoa(u.Port))
			break
		}
	}
	if server == "" {
		return nil, errNoRelay
	}
	network := "udp4" // of the server's family: the relay gives an address of the socket's
	if host, _, _ := net.SplitHostPort(server); strings.Contains(host, ":") {
		network = "udp6"
	}
	base, err := (&net.ListenConfig{}).ListenPacket(ctx, network, ":0")
	if err != nil {
		return nil, err
	}
	client, err := turn.NewClient(&turn.ClientConfig{
		TURNServerAddr: server, STUNServerAddr: server, Username: grant.Username, Password: grant.Password, Conn: base, LoggerFactory: silent(),
	})
	if err == nil {
		err = client.Listen()
	}
	if err != nil {
		_ = base.Close()
		return nil, err
	}
	conn, err := client.AllocateWithContext(ctx)
	if err != nil {
		client.Close()
		_ = base.Close()
		return nil, err
	}
	s.client, s.base = client, base
	return conn, nil
}

// mux makes all sockets one for pion.
func (s *sockets) mux() ice.UDPMux {
	list := make([]ice.UDPMux, len(s.all))
	for i, x := range s.all {
		list[i] = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: x, Logger: silent().NewLogger("")})
	}
	return ice.NewMultiUDPMuxDefault(list...)
}

func (s *sockets) close() {
	for _, x := range s.all {
		_ = x.Close()
	}
	if s.client != nil {
		s.client.Close()
		_ = s.base.Close()
	}
}

func silent() *logging.DefaultLoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
}

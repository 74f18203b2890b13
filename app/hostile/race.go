package hostile

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"

	"paravent/app/phone"
	"paravent/server/wire"
)

// Notes about races.
const (
	RaceTried = "race tried"
	RaceWon   = "race won"

	RaceSocket = "race " // how the names of their sockets begin
)

// raceLimit is how long one false handshake is tried.
const raceLimit = time.Second

// race tries a DTLS handshake with an address of the other side from sockets
// that are no part of the call (P22). Whatever comes back is in the log, at a
// socket whose name begins with "race".
func (s *stage) race(id phone.CallID, to netip.AddrPort, grant wire.TurnReply) {
	ctx, cancel := context.WithTimeout(s.ctx, raceLimit)
	defer cancel()
	sockets, err := openSockets(ctx, s.p.log, id, grant)
	if err != nil {
		return
	}
	defer sockets.close()
	for _, x := range sockets.all {
		x.name = RaceSocket + x.name
		if addrPort(x.LocalAddr()).Addr() == to.Addr() {
			s.handshake(ctx, id, x, to)
		}
	}
	<-ctx.Done()
}

func (s *stage) handshake(ctx context.Context, id phone.CallID, x *socket, to netip.AddrPort) {
	s.p.log.note(id, RaceTried, x.name+" to "+to.String())
	conn, err := dtls.ClientWithOptions(x, net.UDPAddrFromAddrPort(to), dtls.WithInsecureSkipVerify(true), dtls.WithLoggerFactory(silent()))
	if err != nil {
		return
	}
	go func() {
		if conn.HandshakeContext(ctx) == nil {
			s.p.log.note(id, RaceWon, to.String())
		}
		_ = conn.Close()
	}()
}

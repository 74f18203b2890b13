package hostile

import (
	"net"
	"net/netip"

	"github.com/pion/dtls/v3/pkg/protocol/handshake"
	"github.com/pion/dtls/v3/pkg/protocol/recordlayer"
	"github.com/pion/stun/v4"

	"paravent/app/phone"
)

// socket writes down every packet that it hands on.
type socket struct {
	net.PacketConn
	log    *Log
	call   phone.CallID
	name   string // "direct 127.0.0.1:5000", "relay 127.0.0.1:12001"
	direct bool
}

func newSocket(conn net.PacketConn, log *Log, call phone.CallID, direct bool) *socket {
	name := "relay "
	if direct {
		name = "direct "
	}
	return &socket{PacketConn: conn, log: log, call: call, name: name + conn.LocalAddr().String(), direct: direct}
}

// ReadFrom implements net.PacketConn.
func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := s.PacketConn.ReadFrom(b)
	if err == nil {
		s.note(b[:n], addrPort(from))
	}
	return n, from, err
}

func (s *socket) note(b []byte, from netip.AddrPort) {
	s.log.packet(s.name, s.direct, from, b)
	switch classOf(b) {
	case STUN:
		s.noteSTUN(b)
	case DTLS:
		s.noteDTLS(b)
	case Media, Reports, Other:
	}
}

// noteSTUN keeps what a binding request tells besides where it came from.
func (s *socket) noteSTUN(b []byte) {
	m := stun.New()
	if _, err := m.Write(b); err != nil {
		return
	}
	for _, a := range m.Attributes {
		switch a.Type { //nolint:exhaustive // the others tell nothing about a phone
		case stun.AttrUsername:
			s.log.field(s.call, Packets, "stun username", string(a.Value))
		case stun.AttrSoftware:
			s.log.field(s.call, Packets, "stun software", string(a.Value))
		}
	}
}

// noteDTLS keeps the name that a ClientHello asks for, where there is one.
func (s *socket) noteDTLS(b []byte) {
	records, err := recordlayer.UnpackDatagram(b)
	if err != nil {
		return
	}
	for _, r := range records {
		var h handshake.Header
		if len(r) < recordlayer.FixedHeaderSize || r[0] != 22 || h.Unmarshal(r[recordlayer.FixedHeaderSize:]) != nil {
			continue
		}
		s.log.note(s.call, "dtls message", h.Type.String())
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	if u, ok := a.(*net.UDPAddr); ok {
		ap := u.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	ap, _ := netip.ParseAddrPort(a.String())
	return ap
}

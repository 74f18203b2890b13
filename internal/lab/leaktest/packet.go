package leaktest

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// frame is one packet as a wire carried it.
type frame struct {
	at   time.Time
	out  bool // sent by the host where it was recorded
	data []byte
}

// packet is a frame taken apart as far as the tests need. Frames without an IP
// packet inside (ARP) and IPv6 neighbour discovery never leave their wire and
// are no packets here.
type packet struct {
	at       time.Time
	place    string
	out      bool
	proto    string // "udp", "tcp", "icmp", or the number
	src, dst netip.AddrPort
	seq      uint32 // tcp
	syn      bool   // tcp
	payload  []byte
	raw      []byte // from the IP header on
}

func (p packet) String() string {
	return fmt.Sprintf("%s at %s, %s %v -> %v, %d bytes", p.at.Format("15:04:05.000000"), p.place, p.proto, p.src, p.dst, len(p.payload))
}

const (
	protoICMP   = 1
	protoIGMP   = 2
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// withEthernet puts the head of an Ethernet frame before an IP packet.
func withEthernet(b []byte) []byte {
	kind := uint16(0x0800)
	if len(b) > 0 && b[0]>>4 == 6 {
		kind = 0x86dd
	}
	return append(binary.BigEndian.AppendUint16(make([]byte, 12, 14+len(b)), kind), b...)
}

// decode takes an Ethernet frame apart; ok is false for what is no packet.
func decode(place string, f frame) (p packet, ok bool) {
	if len(f.data) < 14 {
		return p, false
	}
	p = packet{at: f.at, place: place, out: f.out, raw: f.data[14:]}
	switch binary.BigEndian.Uint16(f.data[12:]) {
	case 0x0800:
		return p.decode4()
	case 0x86dd:
		return p.decode6()
	}
	return p, false
}

func (p packet) decode4() (packet, bool) {
	b := p.raw
	if len(b) < 20 {
		return p, false
	}
	head, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if head < 20 || total < head || len(b) < total {
		return p, false
	}
	src, _ := netip.AddrFromSlice(b[12:16])
	dst, _ := netip.AddrFromSlice(b[16:20])
	if b[9] == protoIGMP {
		return p, false // the system's own talk with its router
	}
	return p.transport(b[9], src, dst, b[head:total])
}

func (p packet) decode6() (packet, bool) {
	b := p.raw
	if len(b) < 40 || len(b) < 40+int(binary.BigEndian.Uint16(b[4:])) {
		return p, false
	}
	src, _ := netip.AddrFromSlice(b[8:24])
	dst, _ := netip.AddrFromSlice(b[24:40])
	next, body := b[6], b[40:40+int(binary.BigEndian.Uint16(b[4:]))]
	if next == 0 && len(body) > 8 && body[0] == protoICMPv6 { // hop-by-hop: multicast listener reports
		next, body = protoICMPv6, body[8:]
	}
	if next == protoICMPv6 && len(body) > 0 && body[0] >= 130 && body[0] <= 143 {
		return p, false // neighbour discovery and its like
	}
	return p.transport(next, src, dst, body)
}

func (p packet) transport(proto byte, src, dst netip.Addr, b []byte) (packet, bool) {
	p.proto, p.payload = fmt.Sprint(proto), b
	p.src, p.dst = netip.AddrPortFrom(src, 0), netip.AddrPortFrom(dst, 0)
	switch proto {
	case protoICMP, protoICMPv6:
		p.proto = "icmp"
		return p, true
	case protoUDP:
		if len(b) < 8 {
			return p, true
		}
		p.proto, p.payload = "udp", b[8:]
	case protoTCP:
		if len(b) < 20 || len(b) < int(b[12]>>4)*4 {
			return p, true
		}
		p.proto, p.seq, p.syn, p.payload = "tcp", binary.BigEndian.Uint32(b[4:]), b[13]&2 != 0, b[int(b[12]>>4)*4:]
	default:
		return p, true
	}
	p.src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b))
	p.dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	return p, true
}

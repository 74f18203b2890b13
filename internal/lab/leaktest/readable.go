package leaktest

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
)

// text is what anybody on the wire can read of a packet: all of it but what is
// encrypted.
type text struct {
	from packet // the packet, or the last one of the part of a stream
	b    []byte
}

const stunCookie = 0x2112A442

// readable lists what can be read of the packets of one place.
func readable(packets []packet) []text {
	var list []text
	streams := map[[2]netip.AddrPort]*stream{}
	var order []*stream
	for _, p := range packets {
		if p.proto != "tcp" {
			list = append(list, datagram(p, p.payload)...)
			continue
		}
		key := [2]netip.AddrPort{p.src, p.dst}
		if streams[key] == nil {
			streams[key] = &stream{}
			order = append(order, streams[key])
		}
		streams[key].add(p)
	}
	for _, s := range order {
		list = append(list, s.readable()...)
	}
	return list
}

// datagram sorts what shares a UDP port with media as RFC 7983 does.
func datagram(p packet, b []byte) []text {
	switch {
	case len(b) == 0:
		return nil
	case isSTUN(b):
		return stunTexts(p, b)
	case b[0] >= 20 && b[0] <= 63 && len(b) >= 13:
		return dtlsTexts(p, b)
	case b[0] >= 64 && b[0] <= 79 && len(b) >= 4: // TURN ChannelData
		return append([]text{{p, b[:4]}}, datagram(p, b[4:])...)
	case isWireGuard(b):
		return []text{{p, b[:4]}}
	case b[0] >= 128 && b[0] <= 191 && len(b) >= 12:
		return []text{{p, b[:rtpHead(b)]}}
	}
	return []text{{p, b}}
}

// rtpHead is the length of what SRTP and SRTCP leave in clear.
func rtpHead(b []byte) int {
	if b[1] >= 192 && b[1] <= 223 { // RTCP: header and SSRC
		return 8
	}
	n := 12 + 4*int(b[0]&15)
	if b[0]&16 != 0 && len(b) >= n+4 {
		n += 4 + 4*int(binary.BigEndian.Uint16(b[n+2:]))
	}
	return min(n, len(b))
}

func isSTUN(b []byte) bool {
	return len(b) >= 20 && b[0] < 64 && binary.BigEndian.Uint32(b[4:]) == stunCookie
}

// isWireGuard knows a WireGuard message by its type and the three zeros after it.
func isWireGuard(b []byte) bool {
	return len(b) >= 32 && b[0] >= 1 && b[0] <= 4 && b[1] == 0 && b[2] == 0 && b[3] == 0
}

// stunTexts is every part of the message, each attribute that may be an
// address with its mask taken off too, and what is inside a DATA attribute:
// that may be encrypted, and then is no text.
func stunTexts(p packet, b []byte) []text {
	list := []text{{p, b[:20]}}
	const dataAttribute = 0x0013
	for rest := b[20:]; len(rest) >= 4; {
		kind, n := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		if n > len(rest)-4 {
			return append(list, text{p, rest})
		}
		v := rest[4 : 4+n]
		switch {
		case kind == dataAttribute:
			list = append(list, datagram(p, v)...)
		case n == 8 || n == 20:
			plain := slices.Clone(v[4:])
			for i := range plain {
				plain[i] ^= b[4+i] // the cookie and the transaction's id
			}
			list = append(list, text{p, v}, text{p, plain})
		default:
			list = append(list, text{p, v})
		}
		rest = rest[min(len(rest), 4+(n+3)&^3):]
	}
	return list
}

// dtlsTexts are the records that are not encrypted yet.
func dtlsTexts(p packet, b []byte) []text {
	var list []text
	for len(b) >= 13 {
		n := 13 + int(binary.BigEndian.Uint16(b[11:]))
		if n > len(b) {
			return append(list, text{p, b})
		}
		epoch := binary.BigEndian.Uint16(b[3:])
		if epoch == 0 && b[0] != 23 {
			list = append(list, text{p, b[:n]})
		} else {
			list = append(list, text{p, b[:13]})
		}
		b = b[n:]
	}
	return list
}

// stream is one direction of a TCP connection, put together again.
type stream struct {
	b     []byte
	ends  []int    // where each of from ends in b
	from  []packet //
	begun bool
	next  uint32
	later []packet // came before what precedes them
}

func (s *stream) add(p packet) {
	if !s.begun || p.syn {
		s.begun, s.next = true, p.seq
		if p.syn {
			s.next++
			return
		}
	}
	s.later = append(s.later, p)
	for again := true; again; {
		again = false
		for i, q := range s.later {
			if d := int32(s.next - q.seq); d >= 0 {
				s.later = slices.Delete(s.later, i, i+1)
				s.append(q, int(d))
				again = true
				break
			}
		}
	}
}

func (s *stream) append(p packet, known int) {
	if known >= len(p.payload) {
		return // empty, or seen before
	}
	s.b = append(s.b, p.payload[known:]...)
	s.next += uint32(len(p.payload) - known)
	s.ends, s.from = append(s.ends, len(s.b)), append(s.from, p)
}

// at is the packet that brought the byte before end.
func (s *stream) at(end int) packet {
	i, _ := slices.BinarySearch(s.ends, end)
	return s.from[min(i, len(s.from)-1)]
}

// readable takes TLS records and, where there are none, TURN messages apart.
func (s *stream) readable() []text {
	var list []text
	for at := 0; at < len(s.b); {
		b := s.b[at:]
		n, ok := 0, false
		var part []text
		switch {
		case isTLS(b):
			if n = 5 + int(binary.BigEndian.Uint16(b[3:])); n <= len(b) {
				ok = true
				part = []text{{s.at(at + n), tlsText(b[:n])}}
			}
		case isSTUN(b):
			if n = 20 + int(binary.BigEndian.Uint16(b[2:])); n <= len(b) {
				ok, part = true, stunTexts(s.at(at+n), b[:n])
			}
		case len(b) >= 4 && b[0] >= 64 && b[0] <= 79:
			if n = (4 + int(binary.BigEndian.Uint16(b[2:])) + 3) &^ 3; n <= len(b) {
				ok, part = true, datagram(s.at(at+n), b[:4+int(binary.BigEndian.Uint16(b[2:]))])
			}
		}
		if !ok {
			if isTLS(b) && b[0] == 23 {
				return list // a record that the end cut off
			}
			return append(list, text{s.at(len(s.b)), b})
		}
		list = append(list, part...)
		at += n
	}
	return list
}

func isTLS(b []byte) bool { return len(b) >= 5 && b[0] >= 20 && b[0] <= 23 && b[1] == 3 && b[2] <= 4 }

// tlsText is a record, or its head where it is encrypted.
func tlsText(record []byte) []byte {
	if record[0] == 23 {
		return record[:5]
	}
	return record
}

// needle is an address in the forms in which it may stand in a text.
type needle struct {
	addr  netip.Addr
	forms [][]byte
}

func newNeedle(a netip.Addr) needle {
	forms := [][]byte{[]byte(a.String()), a.AsSlice()}
	if a.Is6() {
		forms = append(forms, []byte(a.StringExpanded()))
	} else {
		masked := a.AsSlice()
		for i := range masked {
			masked[i] ^= byte(uint32(stunCookie) >> (24 - 8*i)) // also outside of what looks like STUN
		}
		forms = append(forms, masked)
	}
	return needle{a, forms}
}

// in tells whether the address stands in b. As text it must not be part of a
// longer number: 10.0.0.2 is not in 10.0.0.29.
func (n needle) in(b []byte) bool {
	digit := func(i int) bool { return i >= 0 && i < len(b) && b[i] >= '0' && b[i] <= '9' }
	for _, f := range n.forms[1:] {
		if bytes.Contains(bytes.ToLower(b), f) || bytes.Contains(b, f) {
			return true
		}
	}
	lower := bytes.ToLower(b)
	for from := 0; ; {
		i := bytes.Index(lower[from:], n.forms[0])
		if i < 0 {
			return false
		}
		i += from
		if !digit(i-1) && !digit(i+len(n.forms[0])) {
			return true
		}
		from = i + 1
	}
}

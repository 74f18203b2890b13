package route

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// maxCandidate bounds a candidate line; the longest honest one has about 170 bytes.
const maxCandidate = 400

// The candidate types of RFC 8839 section 5.1.
const (
	typHost  = "host"
	typSrflx = "srflx"
	typPrflx = "prflx"
	typRelay = "relay"
)

// candidate is what the gate keeps of a candidate line. Related address and
// extensions are dropped on reading: nothing of ours needs them.
type candidate struct {
	foundation string
	component  int
	transport  string
	priority   uint32
	host       string // as written: an address or, refused later, a name
	port       uint16
	typ        string
}

// parseCandidate reads the value of a candidate attribute (RFC 8839 section
// 5.1), with or without "candidate:" before it.
func parseCandidate(line string) (candidate, error) {
	if len(line) > maxCandidate {
		return candidate{}, fmt.Errorf("%w: candidate of %d bytes", ErrBadDescription, len(line))
	}
	f := strings.Split(strings.TrimPrefix(line, "candidate:"), " ")
	if len(f) < 8 || len(f)%2 != 0 || f[6] != "typ" || !isICEChars(f[0]) || len(f[0]) > 32 {
		return candidate{}, fmt.Errorf("%w: candidate", ErrBadDescription)
	}
	component, err1 := strconv.ParseUint(f[1], 10, 8)
	priority, err2 := strconv.ParseUint(f[3], 10, 32)
	port, err3 := strconv.ParseUint(f[5], 10, 16)
	if err1 != nil || err2 != nil || err3 != nil {
		return candidate{}, fmt.Errorf("%w: candidate number", ErrBadDescription)
	}
	switch f[7] {
	case typHost, typSrflx, typPrflx, typRelay:
	default:
		return candidate{}, fmt.Errorf("%w: candidate type", ErrBadDescription)
	}
	return candidate{
		foundation: f[0], component: int(component), transport: strings.ToLower(f[2]),
		priority: uint32(priority), host: f[4], port: uint16(port), typ: f[7],
	}, nil
}

func isICEChars(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/') {
			return false
		}
	}
	return true
}

// addr is the candidate's address; names are never looked up (P2).
func (c candidate) addr() (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(c.host)
	if err != nil || a.Zone() != "" {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a, c.port), true
}

// String writes the attribute value without any address but the candidate's
// own: "raddr 0.0.0.0 rport 9" (RFC 8839 section 5.1, P3).
func (c candidate) String() string {
	s := fmt.Sprintf("%s %d %s %d %s %d typ %s", c.foundation, c.component, c.transport, c.priority, c.host, c.port, c.typ)
	if c.typ != typHost {
		s += " raddr 0.0.0.0 rport 9"
	}
	return s
}

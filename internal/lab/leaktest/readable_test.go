package leaktest

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

var secret4, secret6 = netip.MustParseAddr("81.173.94.37"), netip.MustParseAddr("2a0b:a1c5:7e11:31::23")

// binding is a STUN message that carries a masked address.
func binding(a netip.Addr) []byte {
	b := append([]byte{1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, []byte("transaction!")...)
	v := append([]byte{0, 1, 0, 0}, a.AsSlice()...)
	for i := range a.AsSlice() {
		v[4+i] ^= b[4+i]
	}
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, 0x20), uint16(len(v)))
	b = append(b, v...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-20))
	return b
}

func channel(inner []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x40, 1}, uint16(len(inner))), inner...)
}

func tlsRecord(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(len(body))), body...)
}

func dtlsRecord(kind byte, epoch uint16, body []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{kind, 0xfe, 0xfd}, epoch)
	return append(binary.BigEndian.AppendUint16(append(b, 0, 0, 0, 0, 0, 1), uint16(len(body))), body...)
}

func TestAddressesAreFoundInEveryForm(t *testing.T) {
	plain, text := secret4.AsSlice(), []byte("a=candidate:1 1 udp 1 81.173.94.37 9 typ host")
	rtp := append([]byte{0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2}, plain...)
	extended := append([]byte{0x90, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1}, plain...)
	for name, row := range map[string]struct {
		a     netip.Addr
		proto string
		b     []byte
		want  bool
	}{
		"masked v4":                     {secret4, "udp", binding(secret4), true},
		"masked v6":                     {secret6, "udp", binding(secret6), true},
		"masked in a channel":           {secret4, "udp", channel(binding(secret4)), true},
		"masked on TCP":                 {secret4, "tcp", binding(secret4), true},
		"masked in a channel on TCP":    {secret4, "tcp", channel(binding(secret4)), true},
		"another one":                   {secret4, "udp", binding(netip.MustParseAddr("81.173.94.38")), false},
		"unknown protocol":              {secret4, "udp", append([]byte("?"), plain...), true},
		"text":                          {secret4, "udp", text, true},
		"media's extension":             {secret4, "udp", extended, true},
		"media is encrypted":            {secret4, "udp", rtp, false},
		"TLS hello":                     {secret4, "tcp", tlsRecord(22, plain), true},
		"TLS data is encrypted":         {secret4, "tcp", tlsRecord(23, plain), false},
		"after TLS data":                {secret4, "tcp", append(tlsRecord(23, []byte("xxxx")), tlsRecord(22, plain)...), true},
		"DTLS certificate":              {secret4, "udp", dtlsRecord(22, 0, plain), true},
		"DTLS is encrypted later":       {secret4, "udp", dtlsRecord(22, 1, plain), false},
		"part of a longer number":       {netip.MustParseAddr("10.0.0.2"), "udp", []byte("?10.0.0.29"), false},
		"after a part of a longer one":  {netip.MustParseAddr("10.0.0.2"), "udp", []byte("?10.0.0.29 10.0.0.2"), true},
		"text of v6 with capital marks": {secret6, "udp", []byte("?2A0B:A1C5:7E11:31::23"), true},
	} {
		found := false
		for _, x := range readable([]packet{{proto: row.proto, payload: row.b}}) {
			found = found || newNeedle(row.a).in(x.b)
		}
		if found != row.want {
			t.Errorf("%s: found %v, want %v", name, found, row.want)
		}
	}
}

// An address in two segments that came in the wrong order, one of them twice,
// is found too.
func TestStreamsArePutTogether(t *testing.T) {
	b := tlsRecord(22, append([]byte("hello"), secret4.AsSlice()...))
	at := func(from, to int) packet { return packet{proto: "tcp", seq: uint32(100 + from), payload: b[from:to]} }
	list := readable([]packet{{proto: "tcp", syn: true, seq: 99}, at(0, 4), at(12, len(b)), at(0, 4), at(4, 12)})
	if len(list) != 1 || !newNeedle(secret4).in(list[0].b) {
		t.Errorf("got %v", list)
	}
}

func TestFramesAreTakenApart(t *testing.T) {
	udp := append([]byte{0, 53, 0x30, 0x39, 0, 12, 0, 0}, []byte("data")...)
	ip := append([]byte{0x45, 0, 0, 32, 0, 0, 0, 0, 64, protoUDP, 0, 0, 81, 173, 94, 37, 10, 61, 143, 29}, udp...)
	p, ok := decode("here", frame{data: withEthernet(append(ip, 0, 0))}) // frames are padded
	if !ok || p.src != netip.MustParseAddrPort("81.173.94.37:53") || p.dst != netip.MustParseAddrPort("10.61.143.29:12345") || string(p.payload) != "data" {
		t.Errorf("got %v, %v", p, ok)
	}
	for n := range ip {
		decode("here", frame{data: withEthernet(ip[:n])}) // must not panic
	}
}

package call

import (
	"testing"
)

func BenchmarkNext(b *testing.B) {
	for name, e := range map[string]event{
		"candidate": msgGen(kindCandidate, 1), "tick": {kind: evTick, at: epoch}, "drop": msgGen(kindOffer, 0),
	} {
		b.Run(name, func(b *testing.B) {
			s := in(Callee, connected)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = next(s, e)
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	buf := make([]byte, 0, maxFrame)
	fs := samples()
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range fs {
			buf = appendFrame(buf[:0], f)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, f := range map[string]frame{"ack": samples()[0], "propose": samples()[1], "candidate": samples()[8]} {
		b.Run(name, func(b *testing.B) {
			wire := appendFrame(nil, f)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = decodeFrame(wire)
			}
		})
	}
}

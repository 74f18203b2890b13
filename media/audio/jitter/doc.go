// Package jitter decides when each received packet of sound is played. It is a
// pure value: it has no clock, no goroutine and no lock, decodes nothing, and
// allocates nothing once warm. Its owner guards it.
//
//	Put(packet, now) ->  slots  -> Pull(now, queued) -> Decode | Recover | Conceal | Silence
//	     |                                 |
//	  transit times -> target          playout offsets -> Excess: samples to cut (+) or to add (-)
//
// All times are sample counts at 48 kHz. The transit of a packet is its arrival
// minus its RTP timestamp. Its deadline is the time of the pull that could not do
// without it, minus its timestamp. Both are measured with the same clock, so the
// delay that the buffer adds, and the drift of both sound cards, show as
// differences: deadlines must stay above nearly all transits, and not by much.
// A speaker pulls whole blocks, so deadlines move in steps of a block or a packet,
// whichever is shorter; what is decoded and still ahead of a packet at its
// deadline adds delay for nothing.
//
//	idle --enough delay gathered--> playing --nothing came for a while--> idle
package jitter

import "time"

// Rate of all sample counts and RTP timestamps (RFC 7587), in Hz.
const Rate = 48000

const millisecond = Rate / 1000

func toSamples(d time.Duration) int64 { return int64(d) / 1000 * Rate / 1_000_000 }

func toDuration(samples int64) time.Duration {
	return time.Duration(samples) * time.Second / Rate
}

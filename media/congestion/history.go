package congestion

import (
	"time"

	"github.com/pion/rtcp"
)

const (
	historySize = 2048 // packets remembered; a power of two, and more than two seconds of the fastest call
	timeUnit    = 64 * time.Millisecond
	timeBits    = 24 // of a feedback's reference time
)

// History remembers the packets sent until the peer tells of them.
type History struct {
	ring    [historySize]entry
	packets []Packet // of the last Read; reused
	last    int64    // newest reference time, in timeUnits, unwrapped
	started bool
}

type entry struct {
	number uint16
	state  entryState
	sent   time.Duration
	size   int
}

type entryState uint8

const (
	unknown entryState = iota // no such packet, or its arrival is known
	onTheWay
	missing // reported as not received; may still turn up
)

// Sent notes a packet that leaves now; at is the time since any fixed start.
func (h *History) Sent(number uint16, at time.Duration, bytes int) {
	h.ring[number%historySize] = entry{number: number, state: onTheWay, sent: at, size: bytes}
}

// Read takes the peer's feedback. It returns the packets that arrived, valid
// until the next Read, and how many more are lost: negative where packets that
// had been reported as lost arrived after all.
func (h *History) Read(f *rtcp.TransportLayerCC) (arrived []Packet, lost int) {
	h.packets = h.packets[:0]
	at := time.Duration(h.unwrap(f.ReferenceTime)) * timeUnit
	deltas, left, number := f.RecvDeltas, int(f.PacketStatusCount), f.BaseSequenceNumber
	one := func(symbol uint16) bool {
		switch symbol {
		case rtcp.TypeTCCPacketReceivedSmallDelta, rtcp.TypeTCCPacketReceivedLargeDelta:
			if len(deltas) == 0 {
				return false
			}
			at += time.Duration(deltas[0].Delta) * time.Microsecond
			deltas = deltas[1:]
			lost += h.found(number, at)
		case rtcp.TypeTCCPacketNotReceived:
			lost += h.missed(number)
		}
		number++
		left--
		return left > 0
	}
	for _, chunk := range f.PacketChunks {
		if !each(chunk, one) {
			break
		}
	}
	return h.packets, lost
}

// each calls do with the status of every packet of a chunk until it returns false.
func each(chunk rtcp.PacketStatusChunk, do func(symbol uint16) bool) bool {
	switch c := chunk.(type) {
	case *rtcp.RunLengthChunk:
		for range c.RunLength {
			if !do(c.PacketStatusSymbol) {
				return false
			}
		}
	case *rtcp.StatusVectorChunk:
		for _, symbol := range c.SymbolList {
			if !do(symbol) {
				return false
			}
		}
	}
	return true
}

func (h *History) found(number uint16, at time.Duration) (lost int) {
	e := &h.ring[number%historySize]
	if e.number != number || e.state == unknown {
		return 0
	}
	if e.state == missing {
		lost = -1
	}
	e.state = unknown
	h.packets = append(h.packets, Packet{Sent: e.sent, Arrived: at, Size: e.size})
	return lost
}

func (h *History) missed(number uint16) (lost int) {
	e := &h.ring[number%historySize]
	if e.number != number || e.state != onTheWay {
		return 0
	}
	e.state = missing
	return 1
}

// unwrap makes reference times comparable across the wrap of their 24 bits.
func (h *History) unwrap(reference uint32) int64 {
	const span = 1 << timeBits
	if !h.started {
		h.started, h.last = true, int64(reference)
		return h.last
	}
	step := (int64(reference) - h.last) & (span - 1)
	if step >= span/2 {
		step -= span
	}
	h.last += step
	return h.last
}

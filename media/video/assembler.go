package video

import (
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

const (
	slots = 512 // packets kept; a power of two. More apart than that is another stream
	// patience is how long a missing packet may still come, sent again on request.
	patience = 250 * time.Millisecond
)

// assembler puts RTP packets in order and joins them to frames. It holds at
// most slots packets, in buffers that it reuses, and knows no clock.
//
//	packets: [next ...... complete frame](pop) -> [gap]: wait patience, then skip to the next start of a frame
type assembler struct {
	ring    [slots]slot
	started bool
	next    uint16    // first packet that no frame returned has used
	highest uint16    // newest packet seen
	gapAt   time.Time // since when the packets after a missing one wait; zero: none missing
	frame   []byte
	lost    uint64 // packets given up
	late    uint64 // packets that came twice or after they were given up
}

// slot is one packet. used and seq tell whether it is the one looked for.
type slot struct {
	used   bool
	marker bool // ends a frame
	start  bool // starts a frame
	seq    uint16
	data   []byte // without the VP8 descriptor
}

// push stores one packet; it copies the payload. false: it was no VP8.
func (a *assembler) push(h *rtp.Header, payload []byte) bool {
	var vp8 codecs.VP8Packet
	data := payload
	if len(payload) > 0 { // else padding, which only counts
		var err error
		if data, err = vp8.Unmarshal(payload); err != nil {
			return false
		}
	}
	seq := h.SequenceNumber
	if !a.started {
		a.started, a.next, a.highest = true, seq, seq
	}
	switch ahead := int16(seq - a.next); {
	case ahead < 0 && ahead > -slots, ahead >= 0 && a.at(seq).used:
		a.late++
		return true
	case ahead < 0 || ahead >= slots:
		a.restart(seq)
	}
	if int16(seq-a.highest) > 0 {
		a.highest = seq
	}
	s := &a.ring[seq%slots]
	s.used, s.seq, s.marker, s.start = true, seq, h.Marker, vp8.S == 1 && vp8.PID == 0
	s.data = append(s.data[:0], data...)
	return true
}

// at returns the slot of seq; used only if it holds that very packet.
func (a *assembler) at(seq uint16) slot {
	s := a.ring[seq%slots]
	s.used = s.used && s.seq == seq
	return s
}

// restart forgets all packets: the stream has jumped.
func (a *assembler) restart(seq uint16) {
	for i := range a.ring {
		a.ring[i].used = false
	}
	a.lost++ // at least one
	a.next, a.highest, a.gapAt = seq, seq, time.Time{}
}

// pop returns the next whole frame, valid until the next pop, or nil. broken
// tells that frames are missing before it, or that they were just given up.
func (a *assembler) pop(now time.Time) (frame []byte, broken bool) {
	before := a.lost
	for a.started {
		end, whole := a.scan()
		if whole {
			first := a.at(a.next)
			frame = a.join(end)
			if !first.start || len(frame) == 0 {
				if len(frame) > 0 {
					a.lost++ // its head was given up
				}
				continue
			}
			return frame, a.lost != before
		}
		if int16(a.highest-end) <= 0 { // nothing waits behind a gap
			a.gapAt = time.Time{}
			return nil, a.lost != before
		}
		if a.gapAt.IsZero() {
			a.gapAt = now
		}
		if now.Sub(a.gapAt) < patience {
			return nil, a.lost != before
		}
		a.skip(end)
	}
	return nil, false
}

// scan looks for the end of the frame at next: its last packet, or else the
// first packet that is missing.
func (a *assembler) scan() (end uint16, whole bool) {
	for seq := a.next; int16(a.highest-seq) >= 0; seq++ {
		s := a.at(seq)
		if !s.used {
			return seq, false
		}
		if s.marker || (seq == a.next && len(s.data) == 0) {
			return seq, true
		}
	}
	return a.highest + 1, false
}

// join takes the packets up to end as one frame.
func (a *assembler) join(end uint16) []byte {
	a.frame = a.frame[:0]
	for ; a.next != end+1; a.next++ {
		s := &a.ring[a.next%slots]
		a.frame = append(a.frame, s.data...)
		s.used = false
	}
	a.gapAt = time.Time{}
	return a.frame
}

// skip gives up on the missing packet and all others up to the next start of a frame.
func (a *assembler) skip(missing uint16) {
	for seq := a.next; seq != missing; seq++ {
		a.ring[seq%slots].used = false
	}
	a.next = missing
	for int16(a.highest-a.next) >= 0 {
		s := a.at(a.next)
		if s.used && s.start {
			break
		}
		if !s.used {
			a.lost++
		}
		a.ring[a.next%slots].used = false
		a.next++
	}
	a.gapAt = time.Time{}
}

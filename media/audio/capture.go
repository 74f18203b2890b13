package audio

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hraban/opus"
	"github.com/pion/rtp"

	"paravent/media/codec/speexdsp"
	"paravent/media/device"
)

// How a muted microphone sounds: some packets of silence, so that the other
// side does not make up speech for the missing ones, then one now and then to
// keep the way open.
const (
	silencePackets = 5
	keepaliveEvery = 500 * time.Millisecond
)

// echoTail is how far back the echo canceller looks: both devices' delays and the room.
const echoTail = 200 * time.Millisecond

// outgoing is what leaves the endpoint now.
type outgoing uint32

const (
	stopped  outgoing = iota // nothing
	speaking                 // the microphone
	muted                    // silence, see silencePackets
)

// writer is the part of a track that sending needs.
type writer interface {
	WriteRTP(packet *rtp.Packet) error
}

// sender encodes chunks and writes them as RTP. push may come from two capture
// goroutines for a moment, when one microphone replaces another.
type sender struct {
	out      atomic.Uint32 // an outgoing
	lossGoal atomic.Int32  // percent the encoder should prepare for
	packets  atomic.Uint64
	bytes    atomic.Uint64
	level    atomic.Uint64 // bits of the last chunk's level in dBFS

	mu       sync.Mutex // guards what follows; push's alone, so nearly free
	frame    int        // samples per packet
	constant bool
	track    writer
	encoder  *opus.Encoder
	packet   rtp.Packet
	payload  [largestPacket]byte
	pcm      []int16
	loss     int32
	quiet    int           // muted packets since speaking
	idle     time.Duration // since the last muted packet
}

func newSender(track writer, frame int, constant bool) (*sender, error) {
	encoder, err := newEncoder(constant)
	if err != nil {
		return nil, err
	}
	s := &sender{
		frame: frame, constant: constant, track: track, encoder: encoder,
		pcm: make([]int16, 0, frame), loss: lossFloor,
	}
	s.packet.Version = 2
	s.packet.SequenceNumber, s.packet.Timestamp = randomStart()
	s.packet.Marker = true
	s.lossGoal.Store(lossFloor)
	s.level.Store(math.Float64bits(silenceDB))
	return s, nil
}

// push takes a chunk from the microphone. Nothing of it is kept or sent unless speaking.
func (s *sender) push(chunk []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := outgoing(s.out.Load())
	if state != speaking {
		clear(chunk)
	}
	s.level.Store(math.Float64bits(level(chunk)))
	s.pcm = append(s.pcm, chunk...)
	if len(s.pcm) < s.frame {
		return
	}
	if s.due(state) {
		s.send()
	}
	s.pcm = s.pcm[:0]
	s.packet.Timestamp += uint32(s.frame)
}

// due decides whether the frame at hand is sent.
func (s *sender) due(state outgoing) bool {
	switch state {
	case stopped:
		s.packet.Marker = true
		return false
	case speaking:
		s.quiet = 0
		return true
	case muted:
		if s.constant {
			return true
		}
		s.quiet++
		s.idle += time.Duration(s.frame) * time.Second / device.Rate
		if s.quiet > silencePackets && s.idle < keepaliveEvery {
			s.packet.Marker = true // RFC 3551, 4.1: the first packet after a pause
			return false
		}
		s.idle = 0
		return true
	}
	return false
}

func (s *sender) send() {
	if goal := s.lossGoal.Load(); goal != s.loss {
		s.loss = goal
		_ = s.encoder.SetPacketLossPerc(int(goal))
	}
	n, err := s.encoder.Encode(s.pcm, s.payload[:])
	if err != nil || outgoing(s.out.Load()) == stopped {
		return
	}
	s.packet.Payload = s.payload[:n]
	// An error means that no connection takes the packet; sound goes on.
	if s.track.WriteRTP(&s.packet) == nil {
		s.packets.Add(1)
		s.bytes.Add(uint64(n))
	}
	s.packet.SequenceNumber++
	s.packet.Marker = false
}

// prepare sets how many percent of packets the encoder expects to be lost.
func (s *sender) prepare(fraction float64) {
	percent := int32(math.Round(100 * fraction))
	s.lossGoal.Store(max(lossFloor, min(lossCeiling, percent)))
}

// silenceDB is the level of digital silence.
const silenceDB = -96.0

// level is the root mean square in dB below full scale.
func level(x []int16) float64 {
	var sum int64
	for _, v := range x {
		sum += int64(v) * int64(v)
	}
	if sum == 0 {
		return silenceDB
	}
	return 10 * math.Log10(float64(sum)/float64(len(x))/(1<<30))
}

// cleaner removes echo and noise where they can be.
type cleaner struct {
	speex *speexdsp.Cleaner // nil: nothing to remove
	far   *reference
	chunk [device.Chunk]int16
}

func newCleaner(config Config, acoustic bool, far *reference) (*cleaner, error) {
	c := &cleaner{far: far}
	if !acoustic || !config.Echo && !config.Noise {
		return c, nil
	}
	wanted := speexdsp.Config{Rate: device.Rate, Frame: device.Chunk, Noise: config.Noise}
	if config.Echo {
		wanted.Tail = int(echoTail * device.Rate / time.Second)
	}
	speex, err := speexdsp.Open(wanted)
	if err != nil {
		return nil, err
	}
	c.speex = speex
	return c, nil
}

func (c *cleaner) clean(chunk []int16) {
	if c.speex == nil {
		return
	}
	c.far.next(c.chunk[:])
	c.speex.Clean(chunk, c.chunk[:])
}

func (c *cleaner) close() {
	if c.speex != nil {
		c.speex.Close()
	}
}

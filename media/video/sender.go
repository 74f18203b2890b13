package video

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"paravent/media/codec/vpx"
	"paravent/media/y4m"
)

const (
	clockRate = 90_000
	// maxPayload leaves room for RTP and SRTP within the 1200 bytes that pass everywhere, relayed or not.
	maxPayload = 1160
	// startOfFrame is the VP8 payload descriptor of a frame's first packet (RFC 7741, 4.2).
	startOfFrame = 0x10
)

// rtpWriter is the track. WriteRTP must copy what it keeps.
type rtpWriter interface{ WriteRTP(*rtp.Packet) error }

// sender cuts frames into RTP packets. Its packet is used again and again.
type sender struct {
	track rtpWriter // set at construction, as is stats
	stats *counters

	mu        sync.Mutex // guards the rest; held while a frame is written
	packet    rtp.Packet
	payload   [maxPayload]byte
	start     time.Time // RTP time offset stands for this moment
	offset    uint32
	lastStamp uint32
	lastBlack time.Time
}

func newSender(track rtpWriter, stats *counters) *sender {
	s := &sender{track: track, stats: stats, start: time.Now(), offset: rand.Uint32()}
	s.packet.Version = 2
	s.packet.SequenceNumber = uint16(rand.Uint32())
	s.lastStamp = s.offset
	return s
}

// send writes one VP8 frame of a picture taken at that moment, unless its
// capture was stopped meanwhile.
func (s *sender) send(frame []byte, taken time.Time, stopped *atomic.Bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stopped.Load() || len(frame) == 0 {
		return
	}
	s.writeLocked(frame, taken)
}

func (s *sender) writeLocked(frame []byte, taken time.Time) {
	stamp := s.offset + uint32(int64(taken.Sub(s.start))*9/100_000)
	if int32(stamp-s.lastStamp) <= 0 {
		stamp = s.lastStamp + 1
	}
	s.lastStamp, s.packet.Timestamp = stamp, stamp
	descriptor := byte(startOfFrame)
	for len(frame) > 0 {
		n := copy(s.payload[1:], frame)
		frame = frame[n:]
		s.payload[0] = descriptor
		descriptor = 0
		s.packet.Payload, s.packet.Marker = s.payload[:n+1], len(frame) == 0
		_ = s.track.WriteRTP(&s.packet) // a connection that is closing; nothing depends on it
		s.packet.SequenceNumber++
		s.stats.packetSent(n + 1)
	}
	s.stats.frameSent()
}

// flush waits for a frame that is being written.
func (s *sender) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

// sendBlack sends one black keyframe if frames may be sent, and not again
// within keyframeGap.
func (e *Endpoint) sendBlack() {
	if !e.sending.Load() {
		return
	}
	s := e.sender
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Sub(s.lastBlack) < keyframeGap {
		return
	}
	s.lastBlack = now
	if frame, err := blackFrame(); err == nil { // else the codec is broken, which capturing tells
		s.writeLocked(frame, now)
	}
}

var blackFrame = sync.OnceValues(func() ([]byte, error) {
	const width, height, black = 320, 180, 16
	picture := y4m.NewPicture(width, height)
	fill(picture.Y, black)
	fill(picture.Cb, 128)
	fill(picture.Cr, 128)
	encoder, err := vpx.NewEncoder(width, height, firstBitrate)
	if err != nil {
		return nil, err
	}
	defer func() { _ = encoder.Close() }()
	frame, _, err := encoder.Encode(picture, 0, time.Second/30, true)
	return frame, err
})

func fill(plane []byte, value byte) {
	for i := range plane {
		plane[i] = value
	}
}

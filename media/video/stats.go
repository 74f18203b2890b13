package video

import (
	"image"
	"sync"
	"sync/atomic"
	"time"
)

// Stats are the figures of an endpoint. Counters run since Open.
type Stats struct {
	PacketsSent, PacketsReceived uint64
	BytesSent, BytesReceived     uint64 // of payload sent, of whole RTP packets received
	FramesSent, FramesShown      uint64
	Lost                         uint64  // packets given up, in the stream received now
	Keyframes                    uint64  // asked for by this side
	Overflowed                   uint64  // pictures not sent because too much was waiting
	Width, Height                int     // of the last picture shown
	SendKbps, RecvKbps           float64 // over about the last second, as are the next two
	SendFPS, RecvFPS             float64
}

// counters are written by the capturing and the receiving goroutine.
type counters struct {
	packetsSent, bytesSent, framesSent          atomic.Uint64
	packetsReceived, bytesReceived, framesShown atomic.Uint64
	lost, keyframes, overflowed                 atomic.Uint64
	width, height                               atomic.Int64

	mu    sync.Mutex // guards the rest: rates of the last whole interval
	since time.Time
	last  Stats
}

func (c *counters) packetSent(bytes int) {
	c.packetsSent.Add(1)
	c.bytesSent.Add(uint64(bytes))
}

func (c *counters) frameSent() { c.framesSent.Add(1) }

func (c *counters) packetReceived(bytes int) {
	c.packetsReceived.Add(1)
	c.bytesReceived.Add(uint64(bytes))
}

func (c *counters) pictureShown(size image.Point) {
	c.framesShown.Add(1)
	c.width.Store(int64(size.X))
	c.height.Store(int64(size.Y))
}

// Stats are the figures now.
func (e *Endpoint) Stats() Stats {
	c := &e.stats
	return c.read(time.Now())
}

// read renews the rates when the last ones are a second old.
func (c *counters) read(now time.Time) Stats {
	s := Stats{
		PacketsSent: c.packetsSent.Load(), PacketsReceived: c.packetsReceived.Load(),
		BytesSent: c.bytesSent.Load(), BytesReceived: c.bytesReceived.Load(),
		FramesSent: c.framesSent.Load(), FramesShown: c.framesShown.Load(),
		Lost: c.lost.Load(), Keyframes: c.keyframes.Load(), Overflowed: c.overflowed.Load(),
		Width: int(c.width.Load()), Height: int(c.height.Load()),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	passed := now.Sub(c.since).Seconds()
	if passed < 1 {
		s.SendKbps, s.RecvKbps, s.SendFPS, s.RecvFPS = c.last.SendKbps, c.last.RecvKbps, c.last.SendFPS, c.last.RecvFPS
		return s
	}
	if !c.since.IsZero() {
		s.SendKbps = float64(s.BytesSent-c.last.BytesSent) * 8 / 1000 / passed
		s.RecvKbps = float64(s.BytesReceived-c.last.BytesReceived) * 8 / 1000 / passed
		s.SendFPS = float64(s.FramesSent-c.last.FramesSent) / passed
		s.RecvFPS = float64(s.FramesShown-c.last.FramesShown) / passed
	}
	c.since, c.last = now, s
	return s
}

package video

import (
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"

	"paravent/media/codec/vpx"
)

// RTPReader is where packets come from; a *webrtc.TrackRemote is one. Read
// fills b with one RTP packet; io.EOF ends the stream.
type RTPReader interface {
	Read(b []byte) (n int, attributes interceptor.Attributes, err error)
}

const (
	askAgain  = 500 * time.Millisecond // between requests for a keyframe
	maxPacket = 1600
	readAhead = 256 // packets read but not yet used; more are dropped, as if the network had
)

// receiver is one Receive call; all of it belongs to that goroutine.
type receiver struct {
	endpoint   *Endpoint
	decoder    *vpx.Decoder
	assembler  assembler
	packet     rtp.Packet
	requestKey func()
	needKey    bool      // nothing can be decoded before a keyframe
	asked      time.Time // when one was last asked for
}

// Receive shows what arrives until the stream ends, and returns nil then. It
// calls requestKeyframe, at most twice a second, where pictures are missing.
func (e *Endpoint) Receive(r RTPReader, requestKeyframe func()) error {
	decoder, err := vpx.NewDecoder()
	if err != nil {
		return err
	}
	defer func() { _ = decoder.Close() }()
	rec := &receiver{endpoint: e, decoder: decoder, requestKey: requestKeyframe, needKey: true}
	in := newIntake()
	go in.read(r)
	for packet := range in.full {
		e.stats.packetReceived(len(packet))
		rec.take(time.Now(), packet)
		in.free <- packet[:maxPacket]
	}
	e.stats.overflowed.Add(in.dropped)
	if errors.Is(in.err, io.EOF) {
		return nil
	}
	return fmt.Errorf("receive video: %w", in.err)
}

// intake reads packets as soon as they are there, also while a picture is
// being decoded: reading is when their arrival is noted for the peer's
// congestion control, which takes late ones for lost. Its buffers go round
// between the two channels.
type intake struct {
	free, full chan []byte
	err        error  // why reading ended; read after full is closed, as is dropped
	dropped    uint64 // packets for which there was no free buffer
}

func newIntake() *intake {
	in := &intake{free: make(chan []byte, readAhead), full: make(chan []byte, readAhead)}
	memory := make([]byte, readAhead*maxPacket)
	for i := range readAhead {
		in.free <- memory[i*maxPacket : (i+1)*maxPacket : (i+1)*maxPacket]
	}
	return in
}

func (in *intake) read(r RTPReader) {
	defer close(in.full)
	spare := make([]byte, maxPacket)
	for {
		n, _, err := r.Read(spare)
		if err != nil {
			in.err = err
			return
		}
		select {
		case next := <-in.free:
			in.full <- spare[:n]
			spare = next
		default:
			in.dropped++
		}
	}
}

// take uses one packet. SRTP vouches for the sender only: what they send may be anything.
func (r *receiver) take(now time.Time, packet []byte) {
	if r.packet.Unmarshal(packet) != nil || !r.assembler.push(&r.packet.Header, r.packet.Payload) {
		return
	}
	for {
		frame, broken := r.assembler.pop(now)
		r.needKey = r.needKey || broken
		r.endpoint.stats.lost.Store(r.assembler.lost)
		if frame != nil {
			r.show(frame)
		}
		if r.needKey && (frame != nil || broken) && now.Sub(r.asked) >= askAgain {
			r.asked = now
			r.endpoint.stats.keyframes.Add(1)
			r.requestKey()
		}
		if frame == nil {
			return
		}
	}
}

func (r *receiver) show(frame []byte) {
	if r.needKey && !vpx.IsKey(frame) {
		return
	}
	picture, err := r.decoder.Decode(frame)
	r.needKey = err != nil
	if err != nil || picture == nil {
		return
	}
	r.endpoint.show(picture)
}

func (e *Endpoint) show(picture *image.YCbCr) {
	e.showing.Lock()
	defer e.showing.Unlock()
	e.stats.pictureShown(picture.Rect.Size())
	if e.cfg.Remote != nil {
		e.cfg.Remote.Show(picture)
	}
	if e.cfg.OnFirstPicture != nil {
		e.first.Do(func() { e.cfg.OnFirstPicture(time.Now()) })
	}
}

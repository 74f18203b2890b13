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
)

// receiver is one Receive call; all of it belongs to that goroutine.
type receiver struct {
	endpoint   *Endpoint
	decoder    *vpx.Decoder
	assembler  assembler
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
	buf := make([]byte, maxPacket)
	var packet rtp.Packet
	for {
		n, _, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive video: %w", err)
		}
		if packet.Unmarshal(buf[:n]) != nil {
			continue // SRTP vouches for the sender only; what they send may be anything
		}
		e.stats.packetReceived(n)
		rec.push(time.Now(), &packet)
	}
}

func (r *receiver) push(now time.Time, packet *rtp.Packet) {
	if !r.assembler.push(&packet.Header, packet.Payload) {
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

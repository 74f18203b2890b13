package vpx

import (
	"fmt"
	"image"
	"io"
	"sync"
	"time"

	"github.com/pion/mediadevices/pkg/codec"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

// Builder makes VP8 streams for mediadevices' codec selector. Set the fields
// before the first build.
type Builder struct {
	Bitrate int // bits per second to start with
	FPS     int // pictures per second expected; rate control starts from it
}

// RTPCodec describes VP8 to mediadevices.
func (b *Builder) RTPCodec() *codec.RTPCodec { return codec.NewRTPVP8Codec(90000) }

// BuildVideoEncoder makes a stream that encodes r's pictures, which must be
// 4:2:0 *image.YCbCr; their size may change from picture to picture.
func (b *Builder) BuildVideoEncoder(r video.Reader, _ prop.Media) (codec.ReadCloser, error) {
	if b.Bitrate <= 0 || b.FPS <= 0 {
		return nil, fmt.Errorf("%w: %d bits per second, %d pictures per second", ErrCodec, b.Bitrate, b.FPS)
	}
	return &stream{pictures: r, bitrate: b.Bitrate, frame: time.Second / time.Duration(b.FPS), start: time.Now()}, nil
}

// stream encodes one camera. mediadevices may close it twice, and while it is
// being read. It is its own controller (codec.BitRateController and
// codec.KeyFrameController).
type stream struct {
	pictures video.Reader
	frame    time.Duration
	start    time.Time

	mu       sync.Mutex // guards the rest
	enc      *Encoder   // nil until the first picture and after a change of size
	bitrate  int
	forceKey bool
	closed   bool
}

// Read blocks for the next picture that makes a frame. The frame is valid until the next Read.
func (s *stream) Read() (frame []byte, release func(), err error) {
	for {
		img, done, err := s.pictures.Read()
		if err != nil {
			return nil, func() {}, err
		}
		frame, err := s.encode(img)
		done()
		if err != nil {
			return nil, func() {}, err
		}
		if len(frame) > 0 { // else rate control dropped the picture
			return frame, func() {}, nil
		}
	}
}

func (s *stream) encode(img image.Image) ([]byte, error) {
	picture, ok := img.(*image.YCbCr)
	if !ok {
		return nil, fmt.Errorf("%w: %T", ErrPicture, img)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, io.EOF
	}
	if err := s.fitLocked(picture.Rect.Size()); err != nil {
		return nil, err
	}
	frame, _, err := s.enc.Encode(picture, time.Since(s.start), s.frame, s.forceKey)
	if err == nil && len(frame) > 0 {
		s.forceKey = false
	}
	return frame, err
}

// fitLocked replaces the encoder when the size of the pictures changed: libvpx
// cannot grow one. A new encoder starts with a keyframe.
func (s *stream) fitLocked(size image.Point) error {
	if s.enc != nil && s.enc.width == size.X && s.enc.height == size.Y {
		return nil
	}
	enc, err := NewEncoder(size.X, size.Y, s.bitrate)
	if err != nil {
		return err
	}
	if s.enc != nil {
		_ = s.enc.Close() // never fails
	}
	s.enc = enc
	return nil
}

// Controller is the stream itself.
func (s *stream) Controller() codec.EncoderController { return s }

// SetBitRate changes the target, in bits per second.
func (s *stream) SetBitRate(bps int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bps == s.bitrate || s.closed {
		return nil
	}
	s.bitrate = bps
	if s.enc == nil {
		return nil
	}
	return s.enc.SetBitrate(bps)
}

// ForceKeyFrame makes the next frame a keyframe.
func (s *stream) ForceKeyFrame() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forceKey = true
	return nil
}

// Close frees the encoder; a Read in progress ends with io.EOF after its picture.
func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.enc == nil {
		return nil
	}
	return s.enc.Close()
}

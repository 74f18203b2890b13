package video

import (
	"errors"
	"fmt"
	"image"
	"io"
	"sync/atomic"
	"time"

	"github.com/pion/mediadevices"
	"github.com/pion/mediadevices/pkg/codec"
	mdvideo "github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/webrtc/v4"

	"paravent/media/codec/vpx"
	"paravent/media/device"
)

const (
	keyframeGap = 300 * time.Millisecond // least time between keyframes asked for
	maxBacklog  = 150 * time.Millisecond // of packets that wait to leave; later pictures are dropped
	stopWait    = 500 * time.Millisecond // for a device to stop
)

// capture is one run of the camera, from StartCapture to StopCapture. run owns
// all fields but the marked ones.
type capture struct {
	endpoint  *Endpoint
	track     *mediadevices.VideoTrack
	converter converter
	quality   quality
	taken     time.Time // when the picture being encoded came
	lastKey   time.Time // when a keyframe was last asked of the encoder

	// any goroutine
	stopped   atomic.Bool
	keyWanted atomic.Bool
	control   atomic.Pointer[control]
	done      chan struct{} // closed when run has returned
}

// control is what the encoder of this package offers through mediadevices.
type control interface {
	codec.BitRateController
	codec.KeyFrameController
}

func openCapture(e *Endpoint) (*capture, error) {
	builder := &vpx.Builder{Bitrate: int(e.bitrate.Load()), FPS: e.cfg.FPS}
	codecs := mediadevices.NewCodecSelector(mediadevices.WithVideoEncoders(builder))
	format := device.CameraFormat{Width: e.cfg.Width, Height: e.cfg.Height, FPS: e.cfg.FPS}
	track, err := device.OpenCamera(e.cfg.Camera, format, codecs)
	if err != nil {
		return nil, err
	}
	c := &capture{endpoint: e, track: track, done: make(chan struct{})}
	c.keyWanted.Store(true)
	track.Transform(func(r mdvideo.Reader) mdvideo.Reader {
		return mdvideo.ReaderFunc(func() (image.Image, func(), error) { return c.next(r) })
	})
	return c, nil
}

// run reads encoded frames until the camera ends.
func (c *capture) run() {
	err := c.pump()
	c.stopDevice()
	close(c.done)
	if !c.stopped.Load() {
		c.endpoint.lost(c, fmt.Errorf("%w: %w", device.ErrCameraGone, err))
	}
}

func (c *capture) pump() error {
	frames, err := c.track.NewEncodedReader(webrtc.MimeTypeVP8) // blocks until a first picture is to be sent
	if err != nil {
		return err
	}
	defer func() { _ = frames.Close() }()
	ctl, ok := frames.Controller().(control)
	if !ok {
		return errors.New("encoder takes no orders")
	}
	c.control.Store(&ctl)
	for {
		_ = ctl.SetBitRate(int(c.endpoint.bitrate.Load())) // fails only with the encoder, which Read then tells
		buf, release, err := frames.Read()
		if err != nil {
			return err
		}
		c.endpoint.sender.send(buf.Data, c.taken, &c.stopped)
		release()
	}
}

// next returns the next picture that is to be encoded. The others are only
// shown: not sending, or too much is waiting to leave.
func (c *capture) next(camera mdvideo.Reader) (image.Image, func(), error) {
	e := c.endpoint
	for {
		img, release, err := camera.Read()
		if err != nil {
			return nil, func() {}, err
		}
		now := time.Now()
		picture, err := c.converter.i420(img)
		if err != nil {
			release()
			return nil, func() {}, err
		}
		if c.stopped.Load() {
			release()
			return nil, func() {}, io.EOF
		}
		if e.cfg.Local != nil {
			e.cfg.Local.Show(picture)
		}
		if !e.sending.Load() {
			release()
			continue
		}
		if e.waiting() > maxBacklog {
			e.stats.overflowed.Add(1)
			release()
			continue
		}
		c.taken = now
		c.orderKeyframe(now)
		e.ample.Store(int64(ampleFor(picture.Rect.Size())))
		scale := c.quality.choose(now, int(e.bitrate.Load()), picture.Rect.Size())
		return c.converter.shrink(picture, scale), release, nil
	}
}

// orderKeyframe passes a wish for a keyframe on, but not so often that a peer
// could make all frames keyframes.
func (c *capture) orderKeyframe(now time.Time) {
	ctl := c.control.Load()
	if ctl == nil || now.Sub(c.lastKey) < keyframeGap || !c.keyWanted.Swap(false) {
		return
	}
	c.lastKey = now
	_ = (*ctl).ForceKeyFrame() // never fails
}

// stop makes sure that no frame leaves any more, then stops the device.
func (c *capture) stop() {
	c.stopped.Store(true)
	c.endpoint.sender.flush()
	go c.stopDevice()
	select {
	case <-c.done:
	case <-time.After(stopWait):
	}
}

func (c *capture) stopDevice() { _ = c.track.Close() } // a device that fails to close is gone

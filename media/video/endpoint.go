package video

import (
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"paravent/media/device"
)

// Errors of this package.
var (
	ErrClosed = errors.New("video endpoint is closed")
	ErrConfig = errors.New("video configuration out of range")
)

// Screen shows pictures. Show gets a 4:2:0 picture that is valid only until it
// returns; it must not block.
type Screen interface {
	Show(picture *image.YCbCr)
}

// Config says what an Endpoint takes and shows.
type Config struct {
	Camera             device.CameraSpec
	Width, Height, FPS int             // wished from the camera
	MaxKbps            int             // most that the encoder may send
	Remote, Local      Screen          // nil shows nothing
	OnFailure          func(error)     // the camera failed; from the capture goroutine; may be nil
	OnFirstPicture     func(time.Time) // the first picture received is shown; may be nil
}

// Endpoint is one side's camera and screen in one call. It survives the
// PeerConnections that its Track is added to.
//
//	capture: idle -> starting -> running <-> muted -> idle      (StartCapture, SetMuted, StopCapture)
//	sending: off <-> on                             (SetSending; off at first, P10)
type Endpoint struct {
	cfg    Config // set at construction, as are the next two
	track  *webrtc.TrackLocalStaticRTP
	sender *sender

	sending atomic.Bool
	bitrate atomic.Int64 // bits per second allowed
	ample   atomic.Int64 // see AmpleBitrate
	backlog atomic.Pointer[func() time.Duration]
	stats   counters

	showing sync.Mutex // one picture at a time on the remote screen
	first   sync.Once

	mu      sync.Mutex // guards the rest
	state   captureState
	capture *capture // the camera in use; nil unless running
	turn    uint64   // counts openings and stops, so that a slow opening knows whether it was overtaken
}

type captureState uint8

const (
	captureIdle     captureState = iota
	captureStarting              // the camera is being opened, without the lock
	captureRunning
	captureMuted // started, but the camera is off
	captureClosed
)

const (
	firstBitrate = 300_000 // bits per second until congestion control says otherwise
	minBitrate   = 50_000
)

// Open makes an endpoint. It opens no device and sends nothing.
func Open(cfg Config) (*Endpoint, error) {
	if cfg.Width < 16 || cfg.Height < 16 || cfg.FPS < 1 || cfg.FPS > 120 || cfg.MaxKbps < 1 {
		return nil, fmt.Errorf("%w: %dx%d, %d pictures per second, %d kbit/s", ErrConfig, cfg.Width, cfg.Height, cfg.FPS, cfg.MaxKbps)
	}
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: clockRate}
	// The stream id becomes the CNAME that the peer sees: a new one for every call (P21).
	track, err := webrtc.NewTrackLocalStaticRTP(codec, "video", rand.Text())
	if err != nil {
		return nil, fmt.Errorf("video track: %w", err)
	}
	e := &Endpoint{cfg: cfg, track: track}
	e.bitrate.Store(int64(min(firstBitrate, cfg.MaxKbps*1000)))
	e.sender = newSender(track, &e.stats)
	return e, nil
}

// Track is what a PeerConnection sends. It may be added to several, one after another.
func (e *Endpoint) Track() webrtc.TrackLocal { return e.track }

// StartCapture opens the camera and shows its pictures on the local screen.
// They are encoded and sent only while SetSending(true). While muted, or with
// the camera "off", it opens nothing and succeeds. A StopCapture or SetMuted
// meanwhile does not wait for a slow camera: it wins, and this succeeds with
// nothing left open.
func (e *Endpoint) StartCapture() error {
	e.mu.Lock()
	switch e.state {
	case captureClosed:
		e.mu.Unlock()
		return ErrClosed
	case captureStarting, captureRunning, captureMuted:
		e.mu.Unlock()
		return nil
	case captureIdle:
	}
	if e.cfg.Camera.Kind == device.CameraOff {
		e.state = captureMuted
		e.mu.Unlock()
		return nil
	}
	return e.openUnlocks()
}

// openUnlocks opens the camera. It is called with the lock and gives it up.
func (e *Endpoint) openUnlocks() error {
	e.state = captureStarting
	e.turn++
	turn := e.turn
	e.mu.Unlock()
	c, err := openCapture(e)
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.turn != turn: // StopCapture, End or SetMuted came first
		if err == nil {
			go c.stopDevice()
		}
		return nil
	case err != nil:
		e.state = captureIdle
		return err
	}
	e.capture, e.state = c, captureRunning
	go c.run()
	return nil
}

// SetSending lets frames leave, or stops them. Switching on starts with a keyframe.
func (e *Endpoint) SetSending(on bool) {
	if e.sending.Swap(on) == on || !on {
		return
	}
	e.ForceKeyframe()
}

// SetMuted true switches the camera off: the device stops and one black frame
// is sent, so that the peer does not keep the last picture. False switches it
// on again, with a keyframe. The error is the camera's.
func (e *Endpoint) SetMuted(muted bool) error {
	e.mu.Lock()
	if !muted && e.state == captureMuted && e.cfg.Camera.Kind != device.CameraOff {
		return e.openUnlocks()
	}
	defer e.mu.Unlock()
	switch {
	case e.state == captureClosed:
		return ErrClosed
	case muted && (e.state == captureRunning || e.state == captureStarting):
		e.stopLocked()
		e.state = captureMuted
		e.sendBlack()
	case muted:
		e.state = captureMuted
	}
	return nil
}

// StopCapture closes the camera (P11): no frame leaves after it returns, even
// where the device itself needs longer to stop.
func (e *Endpoint) StopCapture() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopLocked()
	if e.state != captureClosed {
		e.state = captureIdle
	}
}

func (e *Endpoint) stopLocked() {
	e.turn++
	if e.capture != nil {
		e.capture.stop()
		e.capture = nil
	}
}

// End is StopCapture for good: nothing starts any more, also what is being
// opened just now, and nothing is sent.
func (e *Endpoint) End() {
	e.sending.Store(false)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state = captureClosed
	e.stopLocked()
}

// SetBitrate tells what may be sent, in bits per second, from the next picture on.
func (e *Endpoint) SetBitrate(bps int) {
	e.bitrate.Store(int64(min(max(bps, minBitrate), e.cfg.MaxKbps*1000)))
}

// SetBacklog says where to ask how long a new packet would wait before it
// leaves: pictures are dropped rather than sent late. nil: never.
func (e *Endpoint) SetBacklog(wait func() time.Duration) {
	if wait == nil {
		e.backlog.Store(nil)
		return
	}
	e.backlog.Store(&wait)
}

// ForceKeyframe makes a keyframe soon; requests in quick succession make one.
// A camera that is off answers with its black frame.
func (e *Endpoint) ForceKeyframe() {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.capture != nil:
		e.capture.keyWanted.Store(true)
	case e.state == captureMuted:
		e.sendBlack()
	}
}

// Close ends the endpoint; more calls do nothing.
func (e *Endpoint) Close() error {
	e.End()
	return nil
}

func (e *Endpoint) waiting() time.Duration {
	if wait := e.backlog.Load(); wait != nil {
		return (*wait)()
	}
	return 0
}

// lost forgets a camera that ended by itself, so that StartCapture may try again.
func (e *Endpoint) lost(c *capture, err error) {
	e.mu.Lock()
	if e.capture == c {
		e.capture, e.state = nil, captureIdle
	}
	e.mu.Unlock()
	if e.cfg.OnFailure != nil {
		e.cfg.OnFailure(err)
	}
}

// AmpleBitrate is from where on pictures are sent in their full size, in bits
// per second; below it they may be smaller, and need less.
func (e *Endpoint) AmpleBitrate() int { return int(e.ample.Load()) }

// MaxBitrate is the most that will be sent, in bits per second.
func (e *Endpoint) MaxBitrate() int { return e.cfg.MaxKbps * 1000 }

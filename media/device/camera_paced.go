package device

import (
	"image"
	"io"
	"sync"
	"time"

	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

// pictures make the pictures of a camera that is no device. One goroutine uses
// them at a time.
type pictures interface {
	format() prop.Video
	// picture makes the picture with that number, counted from 0 since the
	// start; numbers are skipped when the reader is late. Valid until the next call.
	picture(number int) (image.Image, error)
	close() error
}

// pacedCamera is a mediadevices driver that plays pictures at their rate. A
// reader that is late gets the newest picture: it never lags behind.
type pacedCamera struct {
	open func() (pictures, error)

	mu      sync.Mutex // guards the rest; also held while a picture is made
	current pictures   // nil while closed
	done    chan struct{}
}

// Open makes the pictures ready.
func (c *pacedCamera) Open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	current, err := c.open()
	if err != nil {
		return err
	}
	c.current, c.done = current, make(chan struct{})
	return nil
}

// Close ends a Read in progress with io.EOF. mediadevices may call it twice.
func (c *pacedCamera) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return nil
	}
	close(c.done)
	err := c.current.close()
	c.current = nil
	return err
}

// Properties tells the one format there is.
func (c *pacedCamera) Properties() []prop.Media {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return nil
	}
	return []prop.Media{{Video: c.current.format()}}
}

// VideoRecord starts the clock.
func (c *pacedCamera) VideoRecord(p prop.Media) (video.Reader, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &pacedReader{camera: c, done: c.done, fps: float64(p.FrameRate), next: 0}
	r.timer = time.NewTimer(0)
	return r, nil
}

// pacedReader is read by one goroutine.
type pacedReader struct {
	camera *pacedCamera
	done   <-chan struct{}
	fps    float64
	start  time.Time // of picture 0; zero before the first Read
	next   int
	timer  *time.Timer
}

// Read blocks until the next picture is due.
func (r *pacedReader) Read() (image.Image, func(), error) {
	if r.start.IsZero() {
		r.start = time.Now()
	}
	if due := int(time.Since(r.start).Seconds() * r.fps); due > r.next {
		r.next = due
	}
	r.timer.Reset(time.Until(r.start.Add(time.Duration(float64(r.next) / r.fps * float64(time.Second)))))
	select {
	case <-r.done:
		return nil, func() {}, io.EOF
	case <-r.timer.C:
	}
	r.camera.mu.Lock()
	defer r.camera.mu.Unlock()
	if r.camera.current == nil {
		return nil, func() {}, io.EOF
	}
	img, err := r.camera.current.picture(r.next)
	r.next++
	return img, func() {}, err
}

func i420Format(width, height int, fps float64) prop.Video {
	return prop.Video{Width: width, Height: height, FrameRate: float32(fps), FrameFormat: frame.FormatI420}
}

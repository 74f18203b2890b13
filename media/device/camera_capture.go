package device

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/mediadevices"
	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/driver/camera"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

// ownCamera starts the labels of the drivers that are not real cameras.
const ownCamera = "paravent-camera-"

// CameraFormat is what is wished for; a camera gives what is nearest.
type CameraFormat struct{ Width, Height, FPS int }

// OpenCamera starts the camera and returns it as a mediadevices track whose
// encoders come from codecs. Closing the track stops the device; the last
// Read then ends with io.EOF.
//
// mediadevices.GetUserMedia would do the same, but it first opens every
// camera there is to compare them, which lights their lamps; here only the
// chosen one is opened.
func OpenCamera(spec CameraSpec, want CameraFormat, codecs *mediadevices.CodecSelector) (*mediadevices.VideoTrack, error) {
	if spec.Kind == CameraDevice {
		openingMu.Lock()
		defer openingMu.Unlock()
	}
	d, own, err := findDriver(spec, want)
	if err != nil {
		return nil, err
	}
	source, err := openDriver(d, want)
	if err != nil {
		if own {
			driver.GetManager().Delete(d.ID())
		}
		return nil, fmt.Errorf("%w: %s: %w", ErrCameraOpen, spec, err)
	}
	source.own = own
	track, ok := mediadevices.NewVideoTrack(source, codecs).(*mediadevices.VideoTrack)
	if !ok {
		_ = source.Close()
		return nil, fmt.Errorf("%w: %s: no video track", ErrCameraOpen, spec)
	}
	return track, nil
}

// openingMu serialises the opening of real cameras, whose states mediadevices
// does not guard. It is not managerMu: a camera may take seconds to open.
var openingMu sync.Mutex

// findDriver picks the real camera, or registers a driver of our own for as
// long as it is open.
func findDriver(spec CameraSpec, want CameraFormat) (d driver.Driver, own bool, err error) {
	managerMu.Lock()
	defer managerMu.Unlock()
	switch spec.Kind {
	case CameraPattern:
		d, err = register(&pacedCamera{open: func() (pictures, error) { return newPattern(want), nil }}, spec)
		return d, true, err
	case CameraFile:
		d, err = register(&pacedCamera{open: func() (pictures, error) { return openFileCamera(spec.Path) }}, spec)
		return d, true, err
	case CameraDevice:
		d, err = findReal(spec.Name)
		return d, false, err
	case CameraOff:
	}
	return nil, false, fmt.Errorf("%w: %s", ErrNoCamera, spec)
}

func register(a driver.Adapter, spec CameraSpec) (driver.Driver, error) {
	label := ownCamera + strconv.FormatUint(labels.Add(1), 10)
	manager := driver.GetManager()
	if err := manager.Register(a, driver.Info{Label: label, Name: spec.String(), DeviceType: driver.Camera}); err != nil {
		return nil, err
	}
	return manager.Query(func(d driver.Driver) bool { return d.Info().Label == label })[0], nil
}

// findReal looks again for what is plugged in when the camera is not known yet.
func findReal(name string) (driver.Driver, error) {
	for range 2 {
		var best driver.Driver
		for _, d := range realCameras() {
			if name != "" && !cameraIs(d, name) {
				continue
			}
			if best == nil || d.Info().Priority > best.Info().Priority {
				best = d
			}
		}
		if best != nil {
			return best, nil
		}
		camera.Initialize()
	}
	return nil, fmt.Errorf("%w: %q", ErrNoCamera, name)
}

func cameraIs(d driver.Driver, name string) bool {
	info := d.Info()
	for _, text := range []string{info.Label, info.Name} {
		head, _, _ := strings.Cut(text, camera.LabelSeparator)
		if text == name || head == name {
			return true
		}
	}
	return false
}

// openDriver opens d in its format nearest to want.
func openDriver(d driver.Driver, want CameraFormat) (*cameraSource, error) {
	if err := d.Open(); err != nil {
		return nil, err
	}
	recorder, ok := d.(driver.VideoRecorder)
	format, found := nearest(d.Properties(), want)
	if !ok || !found {
		_ = d.Close()
		return nil, errors.New("no usable picture format")
	}
	reader, err := recorder.VideoRecord(format) // closes the driver itself on failure
	if err != nil {
		return nil, err
	}
	return &cameraSource{Reader: reader, driver: d}, nil
}

// nearest chooses by size first, then by pictures per second.
func nearest(formats []prop.Media, want CameraFormat) (prop.Media, bool) {
	best, distance := prop.Media{}, math.Inf(1)
	for _, f := range formats {
		far := math.Abs(float64(f.Width-want.Width)) + math.Abs(float64(f.Height-want.Height))
		if f.FrameRate > 0 {
			far += math.Abs(float64(f.FrameRate)-float64(want.FPS)) / 100
		}
		if far < distance {
			best, distance = f, far
		}
	}
	return best, !math.IsInf(distance, 1)
}

// cameraSource is an open camera as mediadevices reads it.
type cameraSource struct {
	video.Reader
	driver driver.Driver
	own    bool // forget the driver on Close
	once   sync.Once
	err    error
}

// ID names the driver.
func (s *cameraSource) ID() string { return s.driver.ID() }

// Close stops the device; more calls do nothing. A stuck device holds no lock
// of this package while it stops.
func (s *cameraSource) Close() error {
	s.once.Do(func() {
		s.err = s.driver.Close()
		if s.own {
			driver.GetManager().Delete(s.driver.ID())
		}
	})
	return s.err
}

package device

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/driver/camera"

	"paravent/media/y4m"
)

// The reasons for which a camera or a screen cannot be used.
var (
	ErrNoCamera   = errors.New("no such camera")
	ErrCameraOpen = errors.New("camera cannot be opened")
	ErrCameraGone = errors.New("camera stopped working")
)

// CameraKind says where a camera's pictures come from.
type CameraKind uint8

// The kinds of camera.
const (
	CameraOff     CameraKind = iota // no pictures at all
	CameraPattern                   // a moving test picture with a number in it (see FrameNumber)
	CameraFile                      // the y4m file at Path, again and again
	CameraDevice                    // a real device
)

// CameraSpec is a parsed choice of camera. The zero value is off.
type CameraSpec struct {
	Kind CameraKind
	Path string // CameraFile
	Name string // CameraDevice: an id or name from Cameras, "" = the system's default
}

// ParseCamera reads "file:X.y4m", "pattern", "off" or "device[:NAME]". A file
// is examined here, so that a wrong one is refused before anything starts.
func ParseCamera(text string) (CameraSpec, error) {
	kind, rest, has := strings.Cut(text, ":")
	switch {
	case kind == "off" && !has:
		return CameraSpec{Kind: CameraOff}, nil
	case kind == "pattern" && !has:
		return CameraSpec{Kind: CameraPattern}, nil
	case kind == "device":
		return CameraSpec{Kind: CameraDevice, Name: rest}, nil
	case kind == "file" && rest != "":
		if _, err := y4m.Probe(rest); err != nil {
			return CameraSpec{}, fmt.Errorf("camera: %w", err)
		}
		return CameraSpec{Kind: CameraFile, Path: rest}, nil
	}
	return CameraSpec{}, fmt.Errorf("%w: camera %q", ErrBadSpec, text)
}

// String is the text that ParseCamera reads.
func (s CameraSpec) String() string {
	switch s.Kind {
	case CameraOff:
		return "off"
	case CameraPattern:
		return "pattern"
	case CameraFile:
		return "file:" + s.Path
	case CameraDevice:
		return deviceText(s.Name)
	}
	return fmt.Sprintf("unknown-%d", s.Kind)
}

// Cameras lists the real cameras that are plugged in now.
func Cameras() []Info {
	managerMu.Lock()
	defer managerMu.Unlock()
	camera.Initialize() // deletes every registered camera, hence the lock: see openDriver
	var found []Info
	for _, d := range realCameras() {
		info := d.Info()
		id, _, _ := strings.Cut(info.Label, camera.LabelSeparator)
		name, _, _ := strings.Cut(info.Name, camera.LabelSeparator)
		if name == "" {
			name = id
		}
		found = append(found, Info{ID: id, Name: name, Default: info.Priority == driver.PriorityHigh})
	}
	return found
}

func realCameras() []driver.Driver {
	return driver.GetManager().Query(func(d driver.Driver) bool {
		return d.Info().DeviceType == driver.Camera && !strings.HasPrefix(d.Info().Label, ownCamera)
	})
}

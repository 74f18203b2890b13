package device

import (
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/gen2brain/malgo"
)

// backends lists the sound systems of each platform. miniaudio's own default
// ends with a null device that pretends to work, which must never be chosen.
func backends() []malgo.Backend {
	switch runtime.GOOS {
	case "windows":
		return []malgo.Backend{malgo.BackendWasapi, malgo.BackendDsound, malgo.BackendWinmm}
	case "darwin":
		return []malgo.Backend{malgo.BackendCoreaudio}
	}
	return []malgo.Backend{malgo.BackendPulseaudio, malgo.BackendAlsa}
}

// withContext connects to the sound system for as long as use runs.
func withContext(only []malgo.Backend, use func(*malgo.AllocatedContext) error) error {
	ctx, err := openContext(only)
	if err != nil {
		return err
	}
	defer closeContext(ctx)
	return use(ctx)
}

func openContext(only []malgo.Backend) (*malgo.AllocatedContext, error) {
	ctx, err := malgo.InitContext(only, malgo.ContextConfig{}, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackend, err)
	}
	return ctx, nil
}

func closeContext(ctx *malgo.AllocatedContext) {
	_ = ctx.Uninit()
	ctx.Free()
}

// pulseRuns tells whether a PulseAudio or PipeWire server answers.
func pulseRuns() bool {
	return withContext([]malgo.Backend{malgo.BackendPulseaudio}, func(*malgo.AllocatedContext) error { return nil }) == nil
}

// readableID is a device's id as the sound system writes it, where it is text.
func readableID(id malgo.DeviceID) string {
	text := id.String()
	raw, err := hex.DecodeString(text)
	if err != nil {
		return text
	}
	for _, c := range raw {
		if c < 0x20 || c > 0x7e {
			return text
		}
	}
	return string(raw)
}

// find returns the device whose id or name is wanted.
func find(ctx *malgo.AllocatedContext, kind malgo.DeviceType, wanted string) (*malgo.DeviceID, error) {
	infos, err := ctx.Devices(kind)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackend, err)
	}
	for i := range infos {
		if readableID(infos[i].ID) == wanted || infos[i].Name() == wanted {
			return &infos[i].ID, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNotFound, wanted)
}

// miniaudio is one open device of the miniaudio library.
type miniaudio struct {
	ctx    *malgo.AllocatedContext
	device *malgo.Device
}

// openMiniaudio opens the named capture or playback device ("" = default)
// without starting it. data and stopped are called on the audio thread.
func openMiniaudio(kind malgo.DeviceType, name string, data malgo.DataProc, stopped func()) (*miniaudio, error) {
	ctx, err := openContext(backends())
	if err != nil {
		return nil, err
	}
	device, err := initDevice(ctx, kind, name, malgo.DeviceCallbacks{Data: data, Stop: stopped})
	if err != nil {
		closeContext(ctx)
		return nil, err
	}
	return &miniaudio{ctx: ctx, device: device}, nil
}

func initDevice(ctx *malgo.AllocatedContext, kind malgo.DeviceType, name string, callbacks malgo.DeviceCallbacks) (*malgo.Device, error) {
	config := malgo.DefaultDeviceConfig(kind)
	config.SampleRate = Rate
	config.PeriodSizeInFrames = Chunk
	config.Periods = 2
	config.PerformanceProfile = malgo.LowLatency
	config.Capture.Format, config.Capture.Channels = malgo.FormatS16, 1
	config.Playback.Format, config.Playback.Channels = malgo.FormatS16, 1
	var pinned runtime.Pinner
	defer pinned.Unpin()
	if name != "" {
		id, err := find(ctx, kind, name)
		if err != nil {
			return nil, err
		}
		pinned.Pin(id) // the C structure holds this pointer during the call only
		if kind == malgo.Capture {
			config.Capture.DeviceID = unsafe.Pointer(id)
		} else {
			config.Playback.DeviceID = unsafe.Pointer(id)
		}
	}
	device, err := malgo.InitDevice(ctx.Context, config, callbacks)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDeviceOpen, err)
	}
	return device, nil
}

func (m *miniaudio) start() error {
	if err := m.device.Start(); err != nil {
		return fmt.Errorf("%w: %w", ErrDeviceOpen, err)
	}
	return nil
}

// close stops and releases everything. It must not run on the audio thread.
func (m *miniaudio) close() {
	m.device.Uninit()
	closeContext(m.ctx)
}

// samples views the bytes of an audio callback as 16-bit samples.
func samples(b []byte) []int16 {
	if len(b) < 2 {
		return nil
	}
	return unsafe.Slice((*int16)(unsafe.Pointer(&b[0])), len(b)/2)
}

// isMonitor tells PulseAudio's echoes of sinks, which are not microphones.
func isMonitor(id string) bool { return strings.HasSuffix(id, ".monitor") }

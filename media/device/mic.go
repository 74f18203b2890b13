package device

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/pion/mediadevices"
	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/io/audio"
	"github.com/pion/mediadevices/pkg/prop"
	"github.com/pion/mediadevices/pkg/wave"
)

// Capture is an open microphone. Read belongs to one goroutine; Close may be
// called from any, any number of times.
type Capture struct {
	spec   MicSpec
	mic    *micDriver
	id     string // of our driver in mediadevices' manager
	track  mediadevices.Track
	reader audio.Reader
	closer sync.Once
}

// source makes the chunks of one kind of microphone.
type source interface {
	// read blocks until the next chunk; io.EOF after close. The chunk is the caller's.
	read() ([]int16, error)
	// close makes read return io.EOF. It may be called more than once.
	close()
}

var (
	// managerMu serialises our use of mediadevices' drivers: GetUserMedia opens
	// and closes every registered microphone to ask for its properties, and
	// their states are not guarded.
	managerMu sync.Mutex
	labels    atomic.Uint64
)

// OpenMic opens the microphone and starts capturing.
func OpenMic(spec MicSpec) (*Capture, error) {
	label := "paravent-microphone-" + strconv.FormatUint(labels.Add(1), 10)
	managerMu.Lock()
	defer managerMu.Unlock()
	mic := &micDriver{spec: spec}
	manager := driver.GetManager()
	if err := manager.Register(mic, driver.Info{Label: label, Name: spec.String(), DeviceType: driver.Microphone}); err != nil {
		return nil, err
	}
	found := manager.Query(func(d driver.Driver) bool { return d.Info().Label == label })
	id := found[0].ID()
	stream, err := mediadevices.GetUserMedia(mediadevices.MediaStreamConstraints{
		Audio: func(c *mediadevices.MediaTrackConstraints) { c.DeviceID = prop.StringExact(id) },
	})
	if err != nil {
		manager.Delete(id)
		return nil, fmt.Errorf("open microphone %s: %w", spec, err)
	}
	track := stream.GetAudioTracks()[0]
	return &Capture{spec: spec, mic: mic, id: id, track: track, reader: track.(*mediadevices.AudioTrack).NewReader(false)}, nil
}

// Read blocks until the next Chunk samples. The slice is the caller's to keep
// and change. io.EOF after Close; ErrDeviceGone when the device stopped working.
func (c *Capture) Read() ([]int16, error) {
	chunk, _, err := c.reader.Read()
	if err != nil {
		return nil, err
	}
	interleaved, ok := chunk.(*wave.Int16Interleaved)
	if !ok {
		return nil, fmt.Errorf("%w: unexpected samples %T", ErrDeviceGone, chunk)
	}
	return interleaved.Data, nil
}

// Acoustic tells whether the microphone may hear the speaker.
func (c *Capture) Acoustic() bool { return c.spec.Kind == MicDevice }

// Close stops the device and makes Read return io.EOF. It waits for nobody who
// opens a device just now (P11).
func (c *Capture) Close() {
	c.closer.Do(func() {
		_ = c.mic.Close()
		go c.forget()
	})
}

// forget takes the driver out of mediadevices' list.
func (c *Capture) forget() {
	managerMu.Lock()
	defer managerMu.Unlock()
	_ = c.track.Close()
	driver.GetManager().Delete(c.id)
}

// micDriver is a microphone as mediadevices sees it.
type micDriver struct {
	spec   MicSpec
	source source // nil until AudioRecord
}

// Open only marks the driver as opened: the device itself opens in AudioRecord.
func (m *micDriver) Open() error { return nil }

// Close stops the source; mediadevices may call it more than once.
func (m *micDriver) Close() error {
	if m.source != nil {
		m.source.close()
	}
	return nil
}

// Properties tells the one format that all of our microphones have.
func (m *micDriver) Properties() []prop.Media {
	return []prop.Media{{Audio: prop.Audio{
		ChannelCount: 1, SampleRate: Rate, SampleSize: 2, IsInterleaved: true, Latency: Period,
	}}}
}

// AudioRecord opens the source.
func (m *micDriver) AudioRecord(prop.Media) (audio.Reader, error) {
	source, err := openSource(m.spec)
	if err != nil {
		return nil, err
	}
	m.source = source
	return audio.ReaderFunc(func() (wave.Audio, func(), error) {
		chunk, err := source.read()
		if err != nil {
			return nil, func() {}, err
		}
		size := wave.ChunkInfo{Len: len(chunk), Channels: 1, SamplingRate: Rate}
		return &wave.Int16Interleaved{Data: chunk, Size: size}, func() {}, nil
	}), nil
}

func openSource(spec MicSpec) (source, error) {
	switch spec.Kind {
	case MicSilence:
		return newPacedSource(func([]int16) {}), nil
	case MicTone:
		return newPacedSource(tone(spec.Hz)), nil
	case MicFile:
		return openFileSource(spec.Path)
	case MicDevice:
		return openDeviceSource(spec.Name)
	}
	return nil, fmt.Errorf("%w: microphone kind %d", ErrBadSpec, spec.Kind)
}

// Ended tells whether err from Read means that the capture was closed, not that it failed.
func Ended(err error) bool { return errors.Is(err, io.EOF) }

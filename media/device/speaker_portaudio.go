package device

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gordonklaus/portaudio"
)

// portaudioMu guards Initialize and Terminate, which PortAudio counts without locking.
var portaudioMu sync.Mutex

// portaudioSpeaker plays through PortAudio.
type portaudioSpeaker struct {
	stream *portaudio.Stream
	fill   func([]int16) // set before the stream starts, read on the audio thread
	watch  *watchdog     // non-nil while started
	closed bool
}

func openPortAudioSpeaker(name string) (Speaker, error) {
	portaudioMu.Lock()
	defer portaudioMu.Unlock()
	if err := portaudio.Initialize(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackend, err)
	}
	s := &portaudioSpeaker{}
	if err := s.open(name); err != nil {
		_ = portaudio.Terminate()
		return nil, err
	}
	return s, nil
}

func (s *portaudioSpeaker) open(name string) error {
	device, err := findPortAudio(name)
	if err != nil {
		return err
	}
	parameters := portaudio.StreamParameters{
		Output:          portaudio.StreamDeviceParameters{Device: device, Channels: 1, Latency: 2 * Period},
		SampleRate:      Rate,
		FramesPerBuffer: Chunk,
	}
	stream, err := portaudio.OpenStream(parameters, func(out []int16) {
		s.watch.beat()
		s.fill(out)
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDeviceOpen, err)
	}
	s.stream = stream
	return nil
}

func findPortAudio(name string) (*portaudio.DeviceInfo, error) {
	if name == "" {
		device, err := portaudio.DefaultOutputDevice()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
		}
		return device, nil
	}
	devices, err := portaudio.Devices()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackend, err)
	}
	for _, d := range devices {
		if d.Name == name && d.MaxOutputChannels > 0 {
			return d, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNotFound, name)
}

func (s *portaudioSpeaker) Start(fill func([]int16), failed func(error)) error {
	switch {
	case s.closed:
		return ErrClosed
	case s.watch != nil:
		return fmt.Errorf("%w: started twice", ErrDeviceOpen)
	}
	s.fill, s.watch = fill, startWatchdog(failed)
	if err := s.stream.Start(); err != nil {
		s.watch.end()
		s.watch = nil
		return fmt.Errorf("%w: %w", ErrDeviceOpen, err)
	}
	return nil
}

func (s *portaudioSpeaker) Stop() {
	if s.watch == nil {
		return
	}
	s.watch.end()
	release(func() { _ = s.stream.Abort() }) // Stop would play out what is queued
	s.watch = nil
}

func (s *portaudioSpeaker) Latency() time.Duration { return s.stream.Info().OutputLatency }
func (s *portaudioSpeaker) Acoustic() bool         { return true }

func (s *portaudioSpeaker) Close() error {
	if s.closed {
		return nil
	}
	s.Stop()
	s.closed = true
	closed := make(chan error, 1)
	release(func() {
		err := s.stream.Close() // may hang, so not under the lock
		portaudioMu.Lock()
		defer portaudioMu.Unlock()
		closed <- errors.Join(err, portaudio.Terminate())
	})
	select {
	case err := <-closed:
		return err
	default:
		return ErrDeviceGone
	}
}

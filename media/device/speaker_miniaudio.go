package device

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gen2brain/malgo"
)

// miniaudioSpeaker plays through miniaudio.
type miniaudioSpeaker struct {
	name    string
	device  *miniaudio
	playing atomic.Pointer[playing] // nil while stopped
	state   miniaudioState
}

// miniaudioState is where the device stands, for the goroutine that owns the speaker.
type miniaudioState uint8

const (
	miniaudioReady miniaudioState = iota // stopped or playing
	miniaudioStuck                       // it did not stop when told to
	miniaudioClosed
)

// playing is what the audio thread needs between Start and Stop.
type playing struct {
	fill func([]int16)
	busy sync.Mutex // held while fill runs, and for good once stopped
	*watchdog
}

func openMiniaudioSpeaker(name string) (Speaker, error) {
	s := &miniaudioSpeaker{name: name}
	device, err := openMiniaudio(malgo.Playback, name, s.data, s.stopped)
	if err != nil {
		return nil, err
	}
	s.device = device
	return s, nil
}

// data runs on the audio thread.
func (s *miniaudioSpeaker) data(out, _ []byte, _ uint32) {
	p := s.playing.Load()
	if p == nil || !p.busy.TryLock() {
		clear(out)
		return
	}
	defer p.busy.Unlock()
	p.beat()
	p.fill(samples(out))
}

func (s *miniaudioSpeaker) stopped() {
	if p := s.playing.Load(); p != nil {
		p.lost()
	}
}

func (s *miniaudioSpeaker) Start(fill func([]int16), failed func(error)) error {
	switch {
	case s.state == miniaudioClosed:
		return ErrClosed
	case s.state == miniaudioStuck:
		return ErrDeviceGone
	case s.playing.Load() != nil:
		return fmt.Errorf("%w: started twice", ErrDeviceOpen)
	}
	p := &playing{fill: fill, watchdog: startWatchdog(failed)}
	s.playing.Store(p)
	if err := s.device.start(); err != nil {
		s.playing.Store(nil)
		p.end()
		return err
	}
	return nil
}

func (s *miniaudioSpeaker) Stop() {
	p := s.playing.Load()
	if p == nil {
		return
	}
	p.end()
	s.playing.Store(nil)
	p.busy.Lock() // fill has returned and will not be called again
	if !release(func() { _ = s.device.device.Stop() }) {
		s.state = miniaudioStuck
	}
}

// Latency counts the two periods that miniaudio keeps queued.
func (s *miniaudioSpeaker) Latency() time.Duration { return 2 * Period }
func (s *miniaudioSpeaker) Acoustic() bool         { return true }

func (s *miniaudioSpeaker) Close() error {
	if s.state == miniaudioClosed {
		return nil
	}
	s.Stop()
	s.state = miniaudioClosed
	release(s.device.close)
	return nil
}

package device

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Speaker plays 48 kHz mono sound. Start, Stop and Close belong to one
// goroutine, which must not be fill's.
type Speaker interface {
	// Start begins to call fill for every block to play, on the speaker's own
	// thread: fill writes all of out and must not block. failed is called at
	// most once, from another goroutine, when the device stops working.
	Start(fill func(out []int16), failed func(error)) error
	// Stop ends the calls: none is running when it returns. Start may follow.
	Stop()
	// Latency is about how long a sample waits after fill until it is heard.
	Latency() time.Duration
	// Acoustic tells whether a microphone may hear the speaker.
	Acoustic() bool
	// Close stops and releases the device. It may be called more than once.
	Close() error
}

// The backends that OpenSpeaker knows.
const (
	BackendAuto      = "auto" // also "": miniaudio where PulseAudio or PipeWire runs, else PortAudio
	BackendPortAudio = "portaudio"
	BackendMiniaudio = "miniaudio"
)

// OpenSpeaker opens what spec names without playing yet. backend matters for devices only.
func OpenSpeaker(spec SpeakerSpec, backend string) (Speaker, error) {
	speaker, err := openSpeaker(spec, backend)
	if err != nil {
		return nil, fmt.Errorf("open speaker %s: %w", spec, err)
	}
	return speaker, nil
}

func openSpeaker(spec SpeakerSpec, backend string) (Speaker, error) {
	switch spec.Kind {
	case SpeakerNull:
		return newPacedSpeaker(nil), nil
	case SpeakerFile:
		return openFileSpeaker(spec.Path)
	case SpeakerDevice:
		return openBackend(spec.Name, backend)
	}
	return nil, fmt.Errorf("%w: speaker kind %d", ErrBadSpec, spec.Kind)
}

func openBackend(name, backend string) (Speaker, error) {
	switch backend {
	case BackendPortAudio:
		return openPortAudioSpeaker(name)
	case BackendMiniaudio:
		return openMiniaudioSpeaker(name)
	case BackendAuto, "":
		if runtime.GOOS == "linux" && pulseRuns() {
			return openMiniaudioSpeaker(name)
		}
		return openPortAudioSpeaker(name)
	}
	return nil, fmt.Errorf("%w: backend %q", ErrBadSpec, backend)
}

// watchdog notices a playing device that stops asking for sound.
type watchdog struct {
	beats atomic.Uint64
	gone  chan struct{}
	once  sync.Once
	done  chan struct{}
	ended chan struct{}
}

// startWatchdog calls failed once when stop is called or nothing beats for stallAfter.
func startWatchdog(failed func(error)) *watchdog {
	w := &watchdog{gone: make(chan struct{}), done: make(chan struct{}), ended: make(chan struct{})}
	go w.run(failed)
	return w
}

// beat is called on the audio thread for every block.
func (w *watchdog) beat() { w.beats.Add(1) }

// lost is called when the library tells that the device stopped.
func (w *watchdog) lost() { w.once.Do(func() { close(w.gone) }) }

// end stops watching; failed is not called after it returned.
func (w *watchdog) end() {
	close(w.done)
	<-w.ended
}

func (w *watchdog) run(failed func(error)) {
	defer close(w.ended)
	ticker := time.NewTicker(stallAfter)
	defer ticker.Stop()
	last := uint64(0)
	for {
		select {
		case <-w.done:
			return
		case <-w.gone:
		case <-ticker.C:
			if now := w.beats.Load(); now != last {
				last = now
				continue
			}
		}
		select {
		case <-w.done:
		default:
			failed(ErrDeviceGone)
		}
		return
	}
}

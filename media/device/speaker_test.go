package device

import (
	"errors"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"paravent/media/mediatest"
	"paravent/media/wav"
)

// contract is what every speaker promises.
func contract(t *testing.T, open func() (Speaker, error)) {
	t.Helper()
	speaker, err := open()
	if err != nil {
		t.Fatal(err)
	}
	failed := func(err error) { t.Error("failed: ", err) }
	for range 2 { // Start may follow Stop
		var running, calls atomic.Int64
		enough := make(chan struct{})
		fill := func(out []int16) {
			running.Add(1)
			defer running.Add(-1)
			if len(out) == 0 {
				t.Error("asked for nothing")
			}
			for i := range out {
				out[i] = 1000
			}
			if calls.Add(1) == 20 {
				close(enough)
			}
		}
		if err := speaker.Start(fill, failed); err != nil {
			t.Fatal(err)
		}
		if err := speaker.Start(fill, failed); err == nil {
			t.Error("started twice")
		}
		select {
		case <-enough:
		case <-time.After(20 * time.Second):
			t.Fatal("the speaker does not ask for sound")
		}
		speaker.Stop()
		after := calls.Load()
		if running.Load() != 0 {
			t.Error("fill is running after Stop")
		}
		speaker.Stop()
		if calls.Load() != after {
			t.Error("fill was called after Stop")
		}
	}
	if l := speaker.Latency(); l <= 0 || l > time.Second {
		t.Errorf("latency %v", l)
	}
	for range 2 {
		if err := speaker.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := speaker.Start(func([]int16) {}, failed); err == nil {
		t.Error("started after Close")
	}
}

func TestSpeakerContract(t *testing.T) {
	file := SpeakerSpec{Kind: SpeakerFile, Path: filepath.Join(t.TempDir(), "out.wav")}
	t.Run("null", func(t *testing.T) { contract(t, func() (Speaker, error) { return OpenSpeaker(SpeakerSpec{}, "") }) })
	t.Run("file", func(t *testing.T) { contract(t, func() (Speaker, error) { return OpenSpeaker(file, "") }) })
	if sound, err := wav.Load(file.Path); err != nil || len(sound) < 40*Chunk || sound[0] != 1000 {
		t.Errorf("file holds %d samples, %v", len(sound), err)
	}
	if runtime.GOOS != "linux" {
		return // the virtual sound cards below are PulseAudio's
	}
	mediatest.StartPulse(t)
	for _, backend := range []string{BackendMiniaudio, BackendPortAudio, BackendAuto} {
		for _, name := range []string{mediatest.PulseEar, ""} {
			if backend == BackendPortAudio && name == "" {
				continue // ALSA's default is not ours to choose here
			}
			t.Run(backend+" "+name, func(t *testing.T) {
				contract(t, func() (Speaker, error) { return OpenSpeaker(SpeakerSpec{Kind: SpeakerDevice, Name: name}, backend) })
			})
		}
		t.Run(backend+" missing", func(t *testing.T) {
			_, err := OpenSpeaker(SpeakerSpec{Kind: SpeakerDevice, Name: "no such thing"}, backend)
			if !errors.Is(err, ErrNotFound) {
				t.Error(err)
			}
		})
	}
	if _, err := OpenSpeaker(SpeakerSpec{Kind: SpeakerDevice}, "brass band"); !errors.Is(err, ErrBadSpec) {
		t.Error(err)
	}
}

func TestKilledFileSpeakerLeavesASoundFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.wav")
	speaker, err := OpenSpeaker(SpeakerSpec{Kind: SpeakerFile, Path: path}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = speaker.Close() }()
	flushed, n := make(chan struct{}), 0
	err = speaker.Start(func([]int16) {
		if n++; n == flushEvery+2 {
			close(flushed)
		}
	}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	<-flushed // the file is still open, as when the program is killed now
	if sound, err := wav.Load(path); err != nil || len(sound) < flushEvery*Chunk {
		t.Errorf("%d samples, %v", len(sound), err)
	}
}

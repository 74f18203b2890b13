package device

import (
	"errors"
	"testing"
	"time"

	"paravent/media/mediatest"
)

func TestDevicesOfPulseAudio(t *testing.T) {
	pulse := mediatest.StartPulse(t)
	t.Run("are listed", func(t *testing.T) {
		mics, err := Microphones()
		if err != nil || !has(mics, mediatest.PulseMic, true) {
			t.Errorf("%+v, %v", mics, err)
		}
		for _, m := range mics {
			if isMonitor(m.ID) {
				t.Errorf("%+v is no microphone", m)
			}
		}
		speakers, err := Speakers()
		if err != nil || !has(speakers, mediatest.PulseEar, true) {
			t.Errorf("%+v, %v", speakers, err)
		}
	})
	t.Run("missing microphone", func(t *testing.T) {
		if _, err := OpenMic(MicSpec{Kind: MicDevice, Name: "no such thing"}); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	})
	t.Run("unplugged microphone", func(t *testing.T) {
		c, err := OpenMic(MicSpec{Kind: MicDevice, Name: mediatest.PulseMic})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Read(); err != nil {
			t.Fatal(err)
		}
		pulse.Unplug(t, "module-remap-source", mediatest.PulseMic)
		for err == nil {
			_, err = c.Read()
		}
		if !errors.Is(err, ErrDeviceGone) {
			t.Error(err)
		}
	})
	t.Run("unplugged speaker", func(t *testing.T) {
		s, err := OpenSpeaker(SpeakerSpec{Kind: SpeakerDevice, Name: mediatest.PulseEar}, BackendMiniaudio)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		told := make(chan error, 1)
		if err := s.Start(func(out []int16) { clear(out) }, func(err error) { told <- err }); err != nil {
			t.Fatal(err)
		}
		pulse.Unplug(t, "module-remap-sink", mediatest.PulseEar)
		select {
		case err := <-told:
			if !errors.Is(err, ErrDeviceGone) {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("nobody noticed")
		}
	})
}

func has(infos []Info, id string, isDefault bool) bool {
	for _, i := range infos {
		if i.ID == id && i.Default == isDefault && i.Name != "" {
			return true
		}
	}
	return false
}

func TestNoSoundSystem(t *testing.T) {
	t.Setenv("PULSE_SERVER", "unix:/nonexistent")
	t.Setenv("ALSA_CONFIG_PATH", "/dev/null")
	if _, err := OpenMic(MicSpec{Kind: MicDevice}); err == nil {
		t.Error("opened a microphone where there is none")
	}
}

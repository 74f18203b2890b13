package audio

import (
	"testing"
	"time"

	"paravent/media/device"
	"paravent/media/mediatest"
)

// BenchmarkMouthToEar plays speech into a virtual microphone and measures when
// it leaves a virtual speaker, through two endpoints and a perfect link.
func BenchmarkMouthToEar(b *testing.B) {
	for _, backend := range []string{device.BackendMiniaudio, device.BackendPortAudio} {
		b.Run(backend, func(b *testing.B) {
			pulse := mediatest.StartPulse(b)
			pipe := talk(b, backend)
			defer pipe.Close()
			delay, estoi := 0.0, 0.0
			for range b.N {
				got := mouthToEar(b, pulse)
				delay += float64(got.Delay.Microseconds()) / 1000
				estoi += got.ESTOI
			}
			b.ReportMetric(delay/float64(b.N), "mouth-to-ear-ms")
			b.ReportMetric(estoi/float64(b.N), "estoi")
		})
	}
}

// talk sends the virtual microphone to the virtual ear.
func talk(t testing.TB, backend string) *mediatest.Pipe {
	t.Helper()
	pipe := mediatest.NewPipe(mediatest.LinkConfig{})
	alice := open(t, Config{Mic: device.MicSpec{Kind: device.MicDevice, Name: mediatest.PulseMic}})
	alice.sender.track = pipe
	bob := open(t, Config{
		Speaker: device.SpeakerSpec{Kind: device.SpeakerDevice, Name: mediatest.PulseEar}, Backend: backend,
	})
	go func() { _ = bob.Receive(pipe) }()
	if err := bob.StartPlayback(); err != nil {
		t.Fatal(err)
	}
	if err := alice.StartCapture(); err != nil {
		t.Fatal(err)
	}
	alice.SetSending(true)
	return pipe
}

func mouthToEar(t testing.TB, pulse *mediatest.Pulse) mediatest.Result {
	t.Helper()
	speech := mediatest.Speech()
	mouth, ear := pulse.Speak(t, speech, 500*time.Millisecond)
	spoken, heard := mediatest.Compare(speech, mouth), mediatest.Compare(speech, ear)
	if spoken.Likeness < 0.9 {
		t.Fatalf("the recording lacks what was spoken: %+v", spoken)
	}
	heard.Delay -= spoken.Delay
	return heard
}

// What is said into the microphone comes out of the speaker. How well and when
// depends on how busy the machine is, so the benchmark tells that.
func TestSpeechGoesFromMicrophoneToSpeaker(t *testing.T) {
	pulse := mediatest.StartPulse(t)
	pipe := talk(t, device.BackendAuto)
	defer pipe.Close()
	mouth, ear := pulse.Speak(t, mediatest.Speech(), 500*time.Millisecond)
	spoken, heard := level(mouth), level(ear)
	t.Logf("%.1f dB spoken, %.1f dB heard", spoken, heard)
	if heard < spoken-6 || heard > spoken+3 {
		t.Errorf("%.1f dB spoken, %.1f dB heard", spoken, heard)
	}
}

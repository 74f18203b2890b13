package mediatest

import (
	"bytes"
	_ "embed"
	"os"
	"path/filepath"
	"testing"

	"paravent/media/wav"
)

// SpeechWav is a wav file of two spoken sentences: 48 kHz, one channel, about
// six seconds, made with espeak-ng.
//
//go:embed testdata/speech.wav
var SpeechWav []byte

// Speech returns the samples of SpeechWav.
func Speech() []int16 {
	samples, err := wav.Read(bytes.NewReader(SpeechWav))
	if err != nil {
		panic("mediatest: embedded speech: " + err.Error())
	}
	return samples
}

// SpeechFile writes SpeechWav into a temporary folder of the test and returns its path.
func SpeechFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "speech.wav")
	if err := os.WriteFile(path, SpeechWav, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

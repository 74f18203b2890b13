package device

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"paravent/media/mediatest"
	"paravent/media/wav"
)

func TestParseMic(t *testing.T) {
	speech := mediatest.SpeechFile(t)
	empty, text := filepath.Join(t.TempDir(), "empty.wav"), filepath.Join(t.TempDir(), "text.wav")
	if err := errors.Join(os.WriteFile(empty, nil, 0o600), os.WriteFile(text, make([]byte, 100), 0o600)); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		want MicSpec
		err  error
	}{
		"silence":         {want: MicSpec{Kind: MicSilence}},
		"tone:440":        {want: MicSpec{Kind: MicTone, Hz: 440}},
		"device":          {want: MicSpec{Kind: MicDevice}},
		"device:A:b c":    {want: MicSpec{Kind: MicDevice, Name: "A:b c"}},
		"file:" + speech:  {want: MicSpec{Kind: MicFile, Path: speech}},
		"":                {err: ErrBadSpec},
		"silence:1":       {err: ErrBadSpec},
		"tone":            {err: ErrBadSpec},
		"tone:":           {err: ErrBadSpec},
		"tone:NaN":        {err: ErrBadSpec},
		"tone:99999":      {err: ErrBadSpec},
		"file:":           {err: ErrBadSpec},
		"null":            {err: ErrBadSpec},
		"Silence":         {err: ErrBadSpec},
		"file:/none/x":    {err: os.ErrNotExist},
		"file:" + empty:   {err: wav.ErrTruncated},
		"file:" + text:    {err: wav.ErrNotWav},
		"file:spec.go":    {err: wav.ErrNotWav},
		"pattern":         {err: ErrBadSpec},
		"file:/dev/null":  {err: wav.ErrTruncated},
		"device:":         {want: MicSpec{Kind: MicDevice}},
		"tone:20":         {want: MicSpec{Kind: MicTone, Hz: 20}},
		"tone:1e3":        {want: MicSpec{Kind: MicTone, Hz: 1000}},
		"tone:-1":         {err: ErrBadSpec},
		"file:" + "../..": {err: errAny},
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			got, err := ParseMic(text)
			if got != want.want || (err == nil) != (want.err == nil) {
				t.Fatalf("%+v, %v", got, err)
			}
			if want.err != nil && !errors.Is(want.err, errAny) && !errors.Is(err, want.err) {
				t.Errorf("error %v, want %v", err, want.err)
			}
		})
	}
}

// errAny stands for an error of the operating system.
var errAny = errors.New("any")

func TestParseSpeaker(t *testing.T) {
	tests := map[string]struct {
		want SpeakerSpec
		err  error
	}{
		"null":       {want: SpeakerSpec{Kind: SpeakerNull}},
		"device":     {want: SpeakerSpec{Kind: SpeakerDevice}},
		"device:x":   {want: SpeakerSpec{Kind: SpeakerDevice, Name: "x"}},
		"file:y.wav": {want: SpeakerSpec{Kind: SpeakerFile, Path: "y.wav"}},
		"":           {err: ErrBadSpec},
		"file":       {err: ErrBadSpec},
		"file:":      {err: ErrBadSpec},
		"null:":      {err: ErrBadSpec},
		"silence":    {err: ErrBadSpec},
	}
	for text, want := range tests {
		got, err := ParseSpeaker(text)
		if got != want.want || !errors.Is(err, want.err) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzSpecs(f *testing.F) {
	for _, seed := range []string{"silence", "tone:440", "device:X", "file:y.wav", "null", "tone:1e999", ":", "device:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseMic(text); err == nil {
			if again, err := ParseMic(s.String()); err != nil || again != s {
				t.Errorf("%q -> %+v -> %+v, %v", text, s, again, err)
			}
		}
		if s, err := ParseSpeaker(text); err == nil {
			if again, err := ParseSpeaker(s.String()); err != nil || again != s {
				t.Errorf("%q -> %+v -> %+v, %v", text, s, again, err)
			}
		}
	})
}

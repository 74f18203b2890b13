package device

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"paravent/media/wav"
)

// The reasons for which a device cannot be used. Errors of this package wrap
// one of these, one of package wav's, or the operating system's.
var (
	ErrBadSpec    = errors.New("bad device specification")
	ErrNoBackend  = errors.New("no sound system answers")
	ErrNotFound   = errors.New("no such sound device")
	ErrDeviceGone = errors.New("sound device stopped working")
	ErrDeviceOpen = errors.New("sound device cannot be opened")
	ErrClosed     = errors.New("sound device is closed")
)

// MicKind says where a microphone's sound comes from.
type MicKind uint8

// The kinds of microphone.
const (
	MicSilence MicKind = iota // digital silence, paced like a device
	MicTone                   // a sine of Hz hertz at -12 dBFS
	MicFile                   // the wav file at Path, again and again
	MicDevice                 // a real device
)

// MicSpec is a parsed choice of microphone. The zero value is silence.
type MicSpec struct {
	Kind MicKind
	Path string  // MicFile
	Hz   float64 // MicTone
	Name string  // MicDevice: an id or name from Microphones, "" = the system's default
}

// ParseMic reads "file:X.wav" (16-bit PCM of any rate and channels, played
// over and over), "tone:HZ", "silence" or "device[:NAME]". A file is examined
// here, so that a wrong one is refused before anything starts.
func ParseMic(text string) (MicSpec, error) {
	kind, rest, has := strings.Cut(text, ":")
	switch {
	case kind == "silence" && !has:
		return MicSpec{Kind: MicSilence}, nil
	case kind == "device":
		return MicSpec{Kind: MicDevice, Name: rest}, nil
	case kind == "tone" && has:
		hz, err := strconv.ParseFloat(rest, 64)
		if err != nil || !(hz >= 20 && hz <= 20000) {
			return MicSpec{}, fmt.Errorf("%w: tone from 20 to 20000 Hz, not %q", ErrBadSpec, rest)
		}
		return MicSpec{Kind: MicTone, Hz: hz}, nil
	case kind == "file" && rest != "":
		if _, err := wav.Probe(rest); err != nil {
			return MicSpec{}, fmt.Errorf("microphone: %w", err)
		}
		return MicSpec{Kind: MicFile, Path: rest}, nil
	}
	return MicSpec{}, fmt.Errorf("%w: microphone %q", ErrBadSpec, text)
}

// String is the text that ParseMic reads.
func (s MicSpec) String() string {
	switch s.Kind {
	case MicSilence:
		return "silence"
	case MicTone:
		return "tone:" + strconv.FormatFloat(s.Hz, 'g', -1, 64)
	case MicFile:
		return "file:" + s.Path
	case MicDevice:
		return deviceText(s.Name)
	}
	return fmt.Sprintf("unknown-%d", s.Kind)
}

// SpeakerKind says where sound goes.
type SpeakerKind uint8

// The kinds of speaker.
const (
	SpeakerNull   SpeakerKind = iota // nowhere, paced like a device
	SpeakerFile                      // a wav file at Path, paced like a device
	SpeakerDevice                    // a real device
)

// SpeakerSpec is a parsed choice of speaker. The zero value is the null speaker.
type SpeakerSpec struct {
	Kind SpeakerKind
	Path string // SpeakerFile
	Name string // SpeakerDevice: an id or name from Speakers, "" = the system's default
}

// ParseSpeaker reads "file:Y.wav", "null" or "device[:NAME]". The file is made
// when the speaker is opened.
func ParseSpeaker(text string) (SpeakerSpec, error) {
	kind, rest, has := strings.Cut(text, ":")
	switch {
	case kind == "null" && !has:
		return SpeakerSpec{Kind: SpeakerNull}, nil
	case kind == "device":
		return SpeakerSpec{Kind: SpeakerDevice, Name: rest}, nil
	case kind == "file" && rest != "":
		return SpeakerSpec{Kind: SpeakerFile, Path: rest}, nil
	}
	return SpeakerSpec{}, fmt.Errorf("%w: speaker %q", ErrBadSpec, text)
}

// String is the text that ParseSpeaker reads.
func (s SpeakerSpec) String() string {
	switch s.Kind {
	case SpeakerNull:
		return "null"
	case SpeakerFile:
		return "file:" + s.Path
	case SpeakerDevice:
		return deviceText(s.Name)
	}
	return fmt.Sprintf("unknown-%d", s.Kind)
}

func deviceText(name string) string {
	if name == "" {
		return "device"
	}
	return "device:" + name
}

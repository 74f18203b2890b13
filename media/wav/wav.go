// Package wav reads and writes 16-bit PCM wav files, and converts what it
// reads to the phone's own format: 48 kHz, one channel. Its values hold no
// locks: use each from one goroutine at a time.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Rate is the sampling rate of everything inside the phone, in Hz.
const Rate = 48000

// The reasons for which a file is refused. Every error of this package wraps
// one of them, or the operating system's error for a file that cannot be opened.
var (
	ErrNotWav    = errors.New("not a wav file")
	ErrNotPCM16  = errors.New("wav file is not 16-bit PCM")
	ErrTruncated = errors.New("wav file ends within its header")
	ErrEmpty     = errors.New("wav file holds no sound")
	ErrTooLong   = errors.New("wav file is too long")
)

// MaxFrames bounds the sound that Load takes into memory, counted at 48 kHz: an
// hour and a half.
const MaxFrames = 90 * 60 * Rate

const (
	formatPCM        = 1
	formatExtensible = 0xFFFE
)

// Header says how the sound of a file is stored.
type Header struct {
	Rate     int   // samples per second and channel
	Channels int   // interleaved
	Frames   int   // samples per channel that are really there
	offset   int64 // where the sound starts
}

// Probe opens path and checks that Load would accept it, without reading its sound.
func Probe(path string) (Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return Header{}, err
	}
	defer func() { _ = f.Close() }()
	h, err := readHeader(f)
	if err != nil {
		return Header{}, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// Load reads the whole file at path as 48 kHz mono: channels are averaged and
// other rates resampled. A file cut short within its sound is played as far as it goes.
func Load(path string) ([]int16, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	mono, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return mono, nil
}

// Read is Load for an open file.
func Read(r io.ReadSeeker) ([]int16, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if _, err := r.Seek(h.offset, io.SeekStart); err != nil {
		return nil, err
	}
	raw := make([]byte, h.Frames*h.Channels*2)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, err
	}
	return Resample(mix(raw, h.Channels), h.Rate, Rate), nil
}

func mix(raw []byte, channels int) []int16 {
	out := make([]int16, len(raw)/2/channels)
	for i := range out {
		sum := 0
		for c := range channels {
			sum += int(int16(binary.LittleEndian.Uint16(raw[2*(i*channels+c):])))
		}
		out[i] = int16(sum / channels)
	}
	return out
}

// readHeader walks the RIFF chunks up to "data".
func readHeader(r io.ReadSeeker) (Header, error) {
	var h Header
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return h, err
	}
	var riff [12]byte
	if err := readAt(r, 0, riff[:]); err != nil {
		return h, err
	}
	if string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return h, ErrNotWav
	}
	for at := int64(len(riff)); ; {
		var chunk [8]byte
		if err := readAt(r, at, chunk[:]); err != nil {
			return h, err
		}
		at += int64(len(chunk))
		length := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if err := h.readFormat(r, at, length); err != nil {
				return h, err
			}
		case "data":
			return h.found(at, min(length, size-at))
		}
		at += length + length&1 // chunks are padded to even length
	}
}

// found completes the header once the sound is located.
func (h Header) found(at, length int64) (Header, error) {
	if h.Channels == 0 {
		return h, fmt.Errorf("%w: no format before the sound", ErrNotWav)
	}
	h.offset = at
	h.Frames = int(length) / (2 * h.Channels)
	if h.Frames == 0 {
		return h, ErrEmpty
	}
	if h.Frames/h.Rate > MaxFrames/Rate {
		return h, ErrTooLong
	}
	return h, nil
}

func (h *Header) readFormat(r io.ReadSeeker, at, length int64) error {
	if length < 16 {
		return ErrTruncated
	}
	var f [26]byte
	if err := readAt(r, at, f[:min(length, int64(len(f)))]); err != nil {
		return err
	}
	format := binary.LittleEndian.Uint16(f[:])
	if format == formatExtensible {
		format = binary.LittleEndian.Uint16(f[24:])
	}
	h.Channels = int(binary.LittleEndian.Uint16(f[2:]))
	h.Rate = int(binary.LittleEndian.Uint32(f[4:]))
	bits := binary.LittleEndian.Uint16(f[14:])
	if format != formatPCM || bits != 16 {
		return fmt.Errorf("%w: format %d, %d bits", ErrNotPCM16, format, bits)
	}
	if h.Channels < 1 || h.Channels > 32 || h.Rate < 1000 || h.Rate > 768000 {
		return fmt.Errorf("%w: %d channels at %d Hz", ErrNotWav, h.Channels, h.Rate)
	}
	return nil
}

func readAt(r io.ReadSeeker, at int64, b []byte) error {
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return err
	}
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}

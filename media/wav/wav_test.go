package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// file builds a wav file with one format and one data chunk.
func file(format, channels uint16, rate uint32, bits uint16, data []byte) []byte {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(uint32(36 + len(data)))
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put(format)
	put(channels)
	put(rate)
	put(rate * uint32(channels) * uint32(bits) / 8)
	put(channels * bits / 8)
	put(bits)
	b.WriteString("data")
	put(uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

func TestReadRefuses(t *testing.T) {
	good := file(1, 1, Rate, 16, make([]byte, 960))
	tests := map[string]struct {
		data []byte
		want error
	}{
		"nothing":           {nil, ErrTruncated},
		"text":              {[]byte("hello, this is no sound at all"), ErrNotWav},
		"half a header":     {good[:30], ErrTruncated},
		"no data chunk":     {good[:36], ErrTruncated},
		"no samples":        {file(1, 1, Rate, 16, nil), ErrEmpty},
		"float":             {file(3, 1, Rate, 32, make([]byte, 960)), ErrNotPCM16},
		"8 bits":            {file(1, 1, Rate, 8, make([]byte, 960)), ErrNotPCM16},
		"24 bits":           {file(1, 1, Rate, 24, make([]byte, 960)), ErrNotPCM16},
		"no channels":       {file(1, 0, Rate, 16, make([]byte, 960)), ErrNotWav},
		"impossible rate":   {file(1, 1, 1, 16, make([]byte, 960)), ErrNotWav},
		"one byte of sound": {file(1, 1, Rate, 16, []byte{1}), ErrEmpty},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Read(bytes.NewReader(test.data)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestReadAveragesChannelsAndSkipsChunks(t *testing.T) {
	stereo := file(1, 2, Rate, 16, []byte{100, 0, 44, 1, 0, 0, 0, 1})
	odd := append([]byte(nil), stereo[:12]...)
	odd = append(odd, "LIST\x03\x00\x00\x00abc\x00"...)
	odd = append(odd, stereo[12:]...)
	got, err := Read(bytes.NewReader(odd))
	if err != nil || len(got) != 2 || got[0] != 200 || got[1] != 128 {
		t.Errorf("%v %v", got, err)
	}
}

func TestSoundCutShortIsReadAsFarAsItGoes(t *testing.T) {
	whole := file(1, 1, Rate, 16, make([]byte, 960))
	got, err := Read(bytes.NewReader(whole[:len(whole)-100]))
	if err != nil || len(got) != 430 {
		t.Errorf("%d samples, %v", len(got), err)
	}
}

func TestWriterTellsTheTruthAfterFlush(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []int16{1, -2, 3, math.MaxInt16, math.MinInt16}
	if err := w.Write(want); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path) // the writer is still open, as if it had been killed
	if err != nil || len(got) != len(want) || got[4] != want[4] {
		t.Errorf("%v %v", got, err)
	}
	if err := w.Write(want); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(path); err != nil || len(got) != 2*len(want) {
		t.Errorf("%v %v", got, err)
	}
}

func TestLoadTellsAMissingFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.wav")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// sine is a tone at amplitude 10000.
func sine(n int, hz, rate float64) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(math.Round(10000 * math.Sin(2*math.Pi*hz*float64(i)/rate)))
	}
	return out
}

func TestResampleKeepsTones(t *testing.T) {
	for _, from := range []int{8000, 11025, 16000, 22050, 32000, 44100, 96000, 192000} {
		in := sine(from/2, 1000, float64(from))
		out := Resample(in, from, Rate)
		if want := Rate / 2; out == nil || len(out) < want-4 || len(out) > want+4 {
			t.Errorf("%d Hz: %d samples", from, len(out))
		}
		wanted := sine(len(out), 1000, Rate)
		noise, signal := 0.0, 0.0
		for i := 2400; i < len(out)-2400; i++ {
			d := float64(out[i]) - float64(wanted[i])
			noise += d * d
			signal += float64(wanted[i]) * float64(wanted[i])
		}
		if snr := 10 * math.Log10(signal/(noise+1)); snr < 65 {
			t.Errorf("%d Hz: %.1f dB", from, snr)
		}
	}
}

func TestResampleDropsWhatWouldAlias(t *testing.T) {
	out := Resample(sine(48000, 15000, 48000), 48000, 16000)
	loudest := 0
	for _, v := range out[500 : len(out)-500] {
		loudest = max(loudest, int(max(v, -v)))
	}
	if loudest > 10 { // 60 dB down
		t.Errorf("alias of amplitude %d", loudest)
	}
}

func TestResampleLengthAndConstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(1000, 200000).Draw(t, "from"), rapid.IntRange(8000, 48000).Draw(t, "to")
		n := rapid.IntRange(1, 300).Draw(t, "n")
		in := make([]int16, n)
		for i := range in {
			in[i] = 1000
		}
		out := Resample(in, from, to)
		if want := float64(n) * float64(to) / float64(from); math.Abs(float64(len(out))-want) > 1 {
			t.Fatalf("%d samples, want about %.1f", len(out), want)
		}
		for _, v := range out {
			if v > 1300 || v < -300 {
				t.Fatalf("overshoot to %d", v)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(file(1, 1, Rate, 16, make([]byte, 96)))
	f.Add(file(1, 2, 44100, 16, make([]byte, 96)))
	f.Add(file(0xFFFE, 2, 8000, 16, make([]byte, 96)))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		got, err := Read(bytes.NewReader(data))
		if (err == nil) != (len(got) > 0) {
			t.Fatalf("%d samples, %v", len(got), err)
		}
	})
}

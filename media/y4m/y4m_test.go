package y4m

import (
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func picture(w, h, n int) *image.YCbCr {
	p := NewPicture(w, h)
	for i := range p.Y {
		p.Y[i] = byte(i + n)
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = byte(i*3+n), byte(i*5+n)
	}
	return p
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, size := range []image.Point{{64, 48}, {33, 17}, {2, 2}} {
		path := filepath.Join(t.TempDir(), "a.y4m")
		want := Header{Width: size.X, Height: size.Y, Num: 30000, Den: 1001}
		w, err := Create(path, want)
		require.NoError(t, err)
		for n := range 3 {
			require.NoError(t, w.Write(picture(size.X, size.Y, n)))
		}
		require.ErrorIs(t, w.Write(picture(size.X+2, size.Y, 0)), ErrSize)
		require.NoError(t, w.Close())

		r, err := Open(path)
		require.NoError(t, err)
		require.Equal(t, want, r.Header())
		got := NewPicture(size.X, size.Y)
		for range 2 {
			for n := range 3 {
				require.NoError(t, r.Next(got))
				require.Equal(t, picture(size.X, size.Y, n), got)
			}
			require.ErrorIs(t, r.Next(got), io.EOF)
			require.NoError(t, r.Rewind())
		}
		require.NoError(t, r.Close())
	}
}

func TestRowsMayHaveGaps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.y4m")
	w, err := Create(path, Header{Width: 16, Height: 16, Num: 25, Den: 1})
	require.NoError(t, err)
	wide := picture(32, 16, 0)
	part, ok := wide.SubImage(image.Rect(0, 0, 16, 16)).(*image.YCbCr)
	require.True(t, ok)
	require.NoError(t, w.Write(part))
	require.NoError(t, w.Close())
	r, err := Open(path)
	require.NoError(t, err)
	defer r.Close()
	got := NewPicture(16, 16)
	require.NoError(t, r.Next(got))
	require.Equal(t, wide.Y[32:48], got.Y[16:32])
}

func TestBadFilesHaveTypedErrors(t *testing.T) {
	whole := "FRAME\n" + strings.Repeat("x", 16*16*3/2)
	for _, c := range []struct {
		name, content string
		want          error
	}{
		{"empty file", "", ErrNotY4M},
		{"other format", "RIFF....WAVE\n", ErrNotY4M},
		{"no line end", magic + " W16 H16 F30:1", ErrNotY4M},
		{"endless header", magic + " X" + strings.Repeat("y", 1<<17) + "\n", ErrNotY4M},
		{"long header", magic + " W16 H16 X" + strings.Repeat("y", maxLine) + "\n" + whole, ErrNotY4M},
		{"no size", magic + " F30:1\n" + whole, ErrSize},
		{"zero size", magic + " W0 H16 F30:1\n" + whole, ErrSize},
		{"negative size", magic + " W-16 H16 F30:1\n" + whole, ErrSize},
		{"huge size", magic + " W100000 H100000 F30:1\n" + whole, ErrSize},
		{"size beyond numbers", magic + " W99999999999999999999 H16 F30:1\n" + whole, ErrNotY4M},
		{"size no number", magic + " Wabc H16 F30:1\n" + whole, ErrNotY4M},
		{"4:2:2", magic + " W16 H16 F30:1 C422\n" + whole, ErrNot420},
		{"10 bits", magic + " W16 H16 F30:1 C420p10\n" + whole, ErrNot420},
		{"no rate", magic + " W16 H16 F0:0\n" + whole, ErrRate},
		{"rate without colon", magic + " W16 H16 F30\n" + whole, ErrRate},
		{"rate too high", magic + " W16 H16 F1000:1\n" + whole, ErrRate},
		{"no picture", magic + " W16 H16 F30:1\n", ErrEmpty},
		{"truncated", magic + " W16 H16 F30:1\nFRAME\nabc", ErrTruncated},
		{"no frame mark", magic + " W16 H16 F30:1\nFRUME\n" + whole, ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.y4m")
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
			_, err := Probe(path)
			require.ErrorIs(t, err, c.want)
		})
	}
	_, err := Probe(filepath.Join(t.TempDir(), "none.y4m"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Create(filepath.Join(t.TempDir(), "a.y4m"), Header{Width: 16, Height: 16})
	require.ErrorIs(t, err, ErrRate)
}

// FuzzParseHeader: whatever is accepted is within the limits, and written as
// it was read.
func FuzzParseHeader(f *testing.F) {
	for _, s := range []string{
		magic + " W640 H360 F30:1 Ip A1:1 C420jpeg", magic, magic + " W2 H2", magic + " W1 F:", "C420", "",
		magic + " W640 H360 F30000:1001 C420mpeg2 XYSCSS=420MPEG2",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		h, err := ParseHeader(line)
		if err != nil {
			for _, known := range []error{ErrNotY4M, ErrNot420, ErrSize, ErrRate} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("untyped error %v", err)
		}
		again, err := ParseHeader(fmt.Appendf(nil, "%s W%d H%d F%d:%d C420", magic, h.Width, h.Height, h.Num, h.Den))
		require.NoError(t, err)
		require.Equal(t, h, again)
		require.LessOrEqual(t, max(h.Width, h.Height), MaxSide)
	})
}

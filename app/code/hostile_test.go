package code

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// encoded is a picture as a file of each kind that is written here.
func encoded(t testing.TB, p image.Image) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for kind, encode := range map[string]func(b *bytes.Buffer) error{
		"png":  func(b *bytes.Buffer) error { return png.Encode(b, p) },
		"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, p, nil) },
		"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, p, nil) },
		"bmp":  func(b *bytes.Buffer) error { return bmp.Encode(b, p) },
		"tiff": func(b *bytes.Buffer) error { return tiff.Encode(b, p, &tiff.Options{Compression: tiff.Deflate}) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		files[kind] = b.Bytes()
	}
	return files
}

// A file that was cut off anywhere is an error or, where all that matters came
// before the cut, the code; never a panic, and never another text.
func TestTruncatedPictures(t *testing.T) {
	for kind, whole := range encoded(t, made(t, "paravent:cut", 2)) {
		for i := range 60 {
			part := whole[:len(whole)*i/60]
			got, err := Read(t.Context(), bytes.NewReader(part))
			if err == nil && !slices.Equal(got, []string{"paravent:cut"}) {
				t.Errorf("%s, %d of %d bytes: %q", kind, len(part), len(whole), got)
			}
			if err != nil && !errors.Is(err, ErrNoPicture) && !errors.Is(err, ErrNone) {
				t.Errorf("%s, %d of %d bytes: %v", kind, len(part), len(whole), err)
			}
		}
	}
}

// put writes numbers into a copy of a file's header.
func put(file []byte, order binary.AppendByteOrder, at int, numbers ...uint16) []byte {
	file = slices.Clone(file)
	for _, n := range numbers {
		copy(file[at:], order.AppendUint16(nil, n))
		at += 2
	}
	return file
}

// Headers that promise nothing, or more than anybody can show.
func TestHeadersThatLie(t *testing.T) {
	files := encoded(t, made(t, "paravent:lie", 2))
	webp := func(size uint32) []byte { // an extended header without anything behind it
		b := append([]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), 0, 0, 0, 0)
		return append(b, byte(size), byte(size>>8), byte(size>>16), byte(size), byte(size>>8), byte(size>>16))
	}
	le, be := binary.LittleEndian, binary.BigEndian
	sof := bytes.Index(files["jpeg"], []byte{0xff, 0xc0})
	for name, row := range map[string]struct {
		file []byte
		want error
	}{
		"png 0 x 0": {giant(0, 0), ErrNoPicture}, "png 0 x 5": {giant(0, 5), ErrNoPicture}, "png 1 x 4 billion": {giant(1, 1<<32-1), ErrNoPicture},
		"png 5001 x 5000": {giant(5001, 5000), ErrTooLarge}, "png 20001 x 1": {giant(20_001, 1), ErrTooLarge},
		"gif 0 x 0": {put(files["gif"], le, 6, 0, 0), ErrNoPicture}, "gif 65535 x 65535": {put(files["gif"], le, 6, 65535, 65535), ErrTooLarge},
		"gif smaller than its picture": {put(files["gif"], le, 6, 1, 1), ErrNoPicture},
		"bmp 0 x 0":                    {put(files["bmp"], le, 18, 0, 0, 0, 0), ErrNoPicture},
		"bmp 1 x 2 billion":            {put(files["bmp"], le, 18, 1, 0, 65535, 32767), ErrTooLarge},
		"bmp 1 x the least":            {put(files["bmp"], le, 18, 1, 0, 0, 32768), ErrTooLarge},
		"jpeg 0 x 0":                   {put(files["jpeg"], be, sof+5, 0, 0), ErrNoPicture}, "jpeg 65535 x 65535": {put(files["jpeg"], be, sof+5, 65535, 65535), ErrTooLarge},
		"webp 1 x 1": {webp(0), ErrNoPicture}, "webp 16777216 x 16777216": {webp(1<<24 - 1), ErrNoPicture},
		"tiff without anything": {[]byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), ErrNoPicture},
		"tiff, a list of 65535": {[]byte("II*\x00\x08\x00\x00\x00\xff\xff"), ErrNoPicture}, "tiff, a list beyond": {[]byte("MM\x00*\xff\xff\xff\xff"), ErrNoPicture},
	} {
		if got, err := Read(t.Context(), bytes.NewReader(row.file)); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

// Of an animation the first picture counts, however many follow.
func TestAnimations(t *testing.T) {
	p := made(t, "paravent:first", 3)
	a := gif.GIF{Config: image.Config{Width: p.Rect.Dx(), Height: p.Rect.Dy(), ColorModel: p.Palette}}
	other := made(t, "paravent:other", 3)
	for i := range 500 {
		frame := other
		if i == 0 {
			frame = p
		}
		a.Image, a.Delay = append(a.Image, frame), append(a.Delay, 0)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &a); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(t.Context(), &b); err != nil || !slices.Equal(got, []string{"paravent:first"}) {
		t.Errorf("%v, %q", err, got)
	}
}

// The most pixels that are read, from a file of three kilobytes, take memory
// and time that a phone has.
func TestABombIsBounded(t *testing.T) {
	const side = 5000 // maxPixels in all
	content := file(t, image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	if _, err := Read(t.Context(), bytes.NewReader(content)); !errors.Is(err, ErrNone) && !errors.Is(err, ErrSlow) {
		t.Error(err)
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	all := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("a file of %d KiB took %v and %d MiB", len(content)>>10, took.Round(time.Millisecond), all)
	if took > limit+5*time.Second || all > 512 {
		t.Errorf("%v and %d MiB", took, all)
	}
}

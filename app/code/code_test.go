package code

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/tiff"
)

// link is as long as a real one.
var link = "paravent:" + strings.Repeat("AbCd-_09", 22)

func made(t testing.TB, text string, scale int) *image.Paletted {
	t.Helper()
	p, err := Make(text, scale)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// moved draws p on a white ground through a matrix.
func moved(p image.Image, w, h int, m f64.Aff3) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	xdraw.BiLinear.Transform(g, m, p, p.Bounds(), xdraw.Src, nil)
	return g
}

func turned(p image.Image, degrees float64) *image.Gray {
	s, c := math.Sincos(degrees * math.Pi / 180)
	side := float64(p.Bounds().Dx())
	mid := side * 0.8
	return moved(p, int(side*1.6), int(side*1.6), f64.Aff3{c, -s, mid - c*side/2 + s*side/2, s, c, mid - s*side/2 - c*side/2})
}

// leaned is p as a camera sees it that is held at a slant: the top is narrower.
func leaned(p *image.Paletted, by float64) *image.Gray {
	side := p.Rect.Dx()
	g := image.NewGray(p.Rect)
	for y := range side {
		width := 1 - by*(1-float64(y)/float64(side))
		for x := range side {
			from := (float64(x)/float64(side)-0.5)/width + 0.5
			g.SetGray(x, y, color.Gray{255})
			if from >= 0 && from < 1 {
				g.Set(x, y, p.At(int(from*float64(side)), int(float64(y)/width)))
			}
		}
	}
	return g
}

func noisy(p image.Image, much int) *image.Gray {
	g, r := grey(p), rand.New(rand.NewPCG(1, 2))
	for i, v := range g.Pix {
		g.Pix[i] = uint8(min(255, max(0, int(v)*2/3+40+r.IntN(2*much+1)-much)))
	}
	return g
}

func inverted(p image.Image) *image.Gray {
	g := grey(p)
	for i := range g.Pix {
		g.Pix[i] = 255 - g.Pix[i]
	}
	return g
}

func onPhoto(p image.Image, w, h int) *image.Gray {
	g, r := image.NewGray(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(3, 4))
	for y := range h {
		for x := range w {
			g.SetGray(x, y, color.Gray{uint8(90 + 60*math.Sin(float64(x)/90) + float64(r.IntN(20)))})
		}
	}
	draw.Draw(g, p.Bounds().Add(image.Pt(w/3, h/4)), p, image.Point{}, draw.Src)
	return g
}

func file(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadsWhatCamerasAndScreensMake(t *testing.T) {
	p := made(t, link, 6)
	clear := image.NewNRGBA(p.Rect) // black on nothing
	for i, v := range p.Pix {
		clear.Pix[4*i+3] = 255 * v
	}
	for name, picture := range map[string]image.Image{
		"plain": p, "one pixel a module": made(t, link, 1), "two": made(t, link, 2), "huge": made(t, link, 40),
		"turned 90": turned(p, 90), "turned 180": turned(p, 180), "turned 17": turned(p, 17), "turned 45": turned(p, 45),
		"leaned": leaned(p, 0.2), "noisy": noisy(p, 45), "inverted": inverted(p), "transparent": clear,
		"in a photo": onPhoto(made(t, link, 4), 1600, 1200), "small in a large photo": onPhoto(made(t, link, 5), 4000, 3000),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(t.Context(), bytes.NewReader(file(t, picture)))
			if err != nil || !slices.Equal(got, []string{link}) {
				t.Errorf("%v, %.40q", err, got)
			}
		})
	}
}

func TestReadsEveryKind(t *testing.T) {
	p := made(t, "paravent:äöü 漢字 🙂", 5)
	for name, encode := range map[string]func(b *bytes.Buffer) error{
		"png":  func(b *bytes.Buffer) error { return png.Encode(b, p) },
		"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, p, &jpeg.Options{Quality: 40}) },
		"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, p, nil) },
		"bmp":  func(b *bytes.Buffer) error { return bmp.Encode(b, p) },
		"tiff": func(b *bytes.Buffer) error { return tiff.Encode(b, p, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(t.Context(), &b); err != nil || !slices.Equal(got, []string{"paravent:äöü 漢字 🙂"}) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestTellsSeveralApart(t *testing.T) {
	a, b := made(t, link+"a", 4), made(t, link+"b", 4)
	both := image.NewGray(image.Rect(0, 0, 2*a.Rect.Dx()+40, a.Rect.Dy()))
	draw.Draw(both, both.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(both, a.Rect, a, image.Point{}, draw.Src)
	draw.Draw(both, b.Rect.Add(image.Pt(a.Rect.Dx()+40, 0)), b, image.Point{}, draw.Src)
	got, err := Read(t.Context(), bytes.NewReader(file(t, both)))
	slices.Sort(got)
	if err != nil || !slices.Equal(got, []string{link + "a", link + "b"}) {
		t.Errorf("%v, %d codes", err, len(got))
	}
}

// giant is a PNG header that claims w x h pixels, in a file of few bytes.
func giant(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestRefusesBadPictures(t *testing.T) {
	good := file(t, made(t, link, 4))
	for name, row := range map[string]struct {
		content []byte
		want    error
	}{
		"empty": {nil, ErrNoPicture}, "text": {[]byte("paravent:hello"), ErrNoPicture},
		"renamed program": {[]byte("\x7fELF\x02\x01\x01"), ErrNoPicture},
		"half a png":      {good[:len(good)/2], ErrNoPicture}, "header only": {good[:33], ErrNoPicture},
		"giant": {giant(60_000, 60_000), ErrTooLarge}, "long": {giant(4_000_000, 1), ErrTooLarge}, "most": {giant(1<<31-1, 1<<31-1), ErrNoPicture},
		"10 MB and more": {append(slices.Clone(good), make([]byte, MaxFile)...), ErrTooLarge},
		"white":          {file(t, image.NewGray(image.Rect(0, 0, 300, 300))), ErrNone},
		"one pixel":      {file(t, image.NewGray(image.Rect(0, 0, 1, 1))), ErrNone},
	} {
		if got, err := Read(t.Context(), bytes.NewReader(row.content)); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, bytes.NewReader(file(t, image.NewGray(image.Rect(0, 0, 3000, 3000))))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestScannerSeesCodes(t *testing.T) {
	g := onPhoto(made(t, link, 6), 1280, 720)
	s := NewScanner()
	s.See(&image.YCbCr{Y: g.Pix, YStride: g.Stride, Cb: make([]byte, len(g.Pix)), Cr: make([]byte, len(g.Pix)), CStride: g.Stride, SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: g.Rect})
	clear(g.Pix) // the camera goes on
	if got := <-s.Found(); !slices.Equal(got, []string{link}) {
		t.Errorf("%.40q", got)
	}
}

func TestMakeRefusesWhatFitsIntoNoCode(t *testing.T) {
	for _, text := range []string{"", strings.Repeat("a", 3000), strings.Repeat("a", 10<<20)} {
		if _, err := PNG(text, 4); !errors.Is(err, ErrUnwritable) {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
}

func FuzzRead(f *testing.F) {
	p := made(f, "paravent:fuzz", 2)
	f.Add(file(f, p))
	f.Add(giant(10, 10))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		texts, err := Read(t.Context(), bytes.NewReader(content))
		if (err == nil) != (len(texts) > 0) {
			t.Errorf("%v, %q", err, texts)
		}
	})
}

// FuzzPixels draws damage over a code, where the libraries are least at home.
func FuzzPixels(f *testing.F) {
	f.Add([]byte{0, 255, 3}, uint16(100))
	f.Fuzz(func(t *testing.T, damage []byte, at uint16) {
		g := grey(made(t, "paravent:fuzz", 3))
		copy(g.Pix[min(int(at), len(g.Pix)):], damage)
		_, _ = Read(t.Context(), bytes.NewReader(file(t, g)))
		_, _ = look(g)
	})
}

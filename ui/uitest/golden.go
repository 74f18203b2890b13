package uitest

import (
	"bytes"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// update is what `make golden` sets: go test ./ui/... -update.
var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// Markup compares text with testdata/NAME.xml.
func Markup(t *testing.T, name, got string) {
	t.Helper()
	want, ok := golden(t, name+".xml", []byte(got))
	if ok && string(want) != got {
		failed := keepFailed(t, name+".xml", []byte(got))
		t.Errorf("%s differs from what is drawn now (%s); go test -update writes it anew", name, failed)
	}
}

// Picture compares an image with testdata/NAME.png. Font hinting may move an
// edge by a shade, so single samples may differ a little.
func Picture(t *testing.T, name string, got image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, got); err != nil {
		t.Fatal(err)
	}
	raw, ok := golden(t, name+".png", b.Bytes())
	if !ok {
		return
	}
	want, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if n := differing(want, got); n > 0 {
		t.Errorf("%s: %d samples differ (%s)", name, n, keepFailed(t, name+".png", b.Bytes()))
	}
}

// golden reads a golden file, or writes it and returns false.
func golden(t *testing.T, name string, got []byte) (want []byte, ok bool) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return nil, false
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	return want, true
}

func keepFailed(t *testing.T, name string, got []byte) string {
	t.Helper()
	path := filepath.Join(os.TempDir(), "failed-"+name)
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// differing counts the samples that differ by more than a shade.
func differing(a, b image.Image) int {
	if a.Bounds().Size() != b.Bounds().Size() {
		return max(1, a.Bounds().Dx()*a.Bounds().Dy())
	}
	x, y := flat(a), flat(b)
	n := 0
	for i := range x.Pix {
		if d := int(x.Pix[i]) - int(y.Pix[i]); d > 24 || d < -24 {
			n++
		}
	}
	return n
}

func flat(i image.Image) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: i.Bounds().Size()})
	draw.Draw(out, out.Rect, i, i.Bounds().Min, draw.Src)
	return out
}

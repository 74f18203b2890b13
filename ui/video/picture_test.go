package video

import (
	"image"
	"image/color"
	"math/rand/v2"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/ui/uitest"
)

func bars(w, h int) *image.YCbCr {
	p := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	uitest.Bars(p, 0)
	return p
}

func window(t *testing.T, p *Picture, w, h float32) fyne.Window {
	t.Helper()
	app := test.NewTempApp(t)
	win := app.NewWindow("")
	win.SetPadded(false)
	win.SetContent(p)
	win.Resize(fyne.NewSize(w, h))
	return win
}

// near allows for the rounding of 8-bit YCbCr.
func near(t *testing.T, want color.RGBA, got color.Color, what string) {
	t.Helper()
	r, g, b, _ := got.RGBA()
	for _, d := range []int{int(want.R) - int(r>>8), int(want.G) - int(g>>8), int(want.B) - int(b>>8)} {
		if d < -6 || d > 6 {
			t.Fatalf("%s: want %v, got %v", what, want, got)
		}
	}
}

func TestRasterShowsTheRightColours(t *testing.T) {
	for _, mirror := range []bool{false, true} {
		p := New("t", Raster, mirror)
		win := window(t, p, 320, 240)
		p.Screen().Show(bars(320, 180))
		screen := win.Canvas().Capture()
		for i, want := range uitest.BarColors {
			x := 20 + 40*i
			if mirror {
				x = 319 - x
			}
			near(t, want, screen.At(x, 60), "bar")
		}
		near(t, color.RGBA{128, 128, 128, 255}, uitestSquare(screen, mirror), "square")
	}
}

// uitestSquare is the middle of the square of Bars(p, 0), at the left edge.
func uitestSquare(screen image.Image, mirror bool) color.Color {
	x := 10
	if mirror {
		x = 309
	}
	return screen.At(x, 30+180-15-15)
}

func TestPictureKeepsItsAspectRatio(t *testing.T) {
	p := New("t", Raster, false)
	shapes := 0
	p.OnShape(func() { shapes++ })
	win := window(t, p, 400, 400)
	p.Screen().Show(bars(320, 180))
	require.Equal(t, fyne.NewSize(400, 225), p.box.Objects[0].Size())
	require.Equal(t, fyne.NewPos(0, 87.5), p.box.Objects[0].Position())
	p.Screen().Show(bars(180, 320))
	require.Equal(t, fyne.NewSize(225, 400), p.box.Objects[0].Size())
	p.Screen().Show(bars(180, 320))
	require.Equal(t, 2, shapes)
	win.Resize(fyne.NewSize(90, 160))
	require.Equal(t, fyne.NewSize(90, 160), p.box.Objects[0].Size())
	p.Clear()
	require.Zero(t, p.Aspect())
}

// The software painter of the tests knows no shaders, like a broken driver.
func TestFallsBackWhereShadersDrawNothing(t *testing.T) {
	p := New("t", Auto, false)
	win := window(t, p, 320, 180)
	for range trialPaints + 2 {
		p.Screen().Show(bars(320, 180))
		win.Canvas().Capture()
	}
	require.Equal(t, Raster, p.Way())
	near(t, uitest.BarColors[1], win.Canvas().Capture().At(60, 30), "after the fall back")
}

func TestShaderStaysWhereItsTexturesAreRead(t *testing.T) {
	p := New("t", Auto, false)
	window(t, p, 320, 180)
	p.Screen().Show(bars(320, 180))
	require.Contains(t, p.shader.Textures, "telltale")
	p.shader.Textures["telltale"].Bounds() // as Fyne's painter does after compiling
	p.Screen().Show(bars(320, 180))
	require.Equal(t, Shader, p.Way())
	require.NotContains(t, p.shader.Textures, "telltale")
}

func TestShaderGetsThePlanes(t *testing.T) {
	p := New("t", Shader, true)
	window(t, p, 322, 180)
	src := bars(322, 180) // not a multiple of the texel width
	p.Screen().Show(src)
	y := p.shader.Textures["planey"].(*image.RGBA)
	require.Equal(t, image.Rect(0, 0, 328/4, 180), y.Rect)
	require.Equal(t, image.Rect(0, 0, 328/8, 90), p.shader.Textures["planeu"].Bounds())
	require.Equal(t, src.Y[179*src.YStride+321], y.Pix[179*y.Stride+321])
	require.Equal(t, map[string]float32{"mirror": 1, "width": 322, "height": 180, "stridey": 328}, p.shader.Uniforms)
}

func TestPictureIsMadeSmallerForASmallWidget(t *testing.T) {
	p := New("t", Raster, false)
	win := window(t, p, 160, 90)
	p.Screen().Show(bars(1280, 720))
	p.Screen().Show(bars(1280, 720))
	require.Equal(t, 320, p.drawn.w) // four times smaller, the most there is
	near(t, uitest.BarColors[5], win.Canvas().Capture().At(110, 30), "bar")
}

func TestFactor(t *testing.T) {
	for _, c := range []struct{ w, h, ww, wh, want int }{
		{1280, 720, 0, 0, 1}, {1280, 720, 1280, 720, 1}, {1280, 720, 641, 360, 1}, {1280, 720, 640, 360, 2},
		{1280, 720, 400, 225, 3}, {1280, 720, 100, 56, 4}, {160, 120, 300, 200, 1},
	} {
		require.Equal(t, c.want, factor(image.Pt(c.w, c.h), image.Pt(c.ww, c.wh)), "%v", c)
	}
}

func TestNotFourTwoZeroIsIgnored(t *testing.T) {
	p := New("t", Raster, false)
	p.Screen().Show(image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio444))
	p.Screen().Show(image.NewYCbCr(image.Rectangle{}, image.YCbCrSubsampleRatio420))
	require.Zero(t, p.Shown())
}

// Any size, stride, offset and factor: nothing out of range, flat stays flat.
func TestTakeAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 70).Draw(t, "w"), rapid.IntRange(1, 70).Draw(t, "h")
		by := rapid.IntRange(1, 4).Draw(t, "by")
		x, y := 2*rapid.IntRange(0, 3).Draw(t, "x"), 2*rapid.IntRange(0, 3).Draw(t, "y")
		whole := image.NewYCbCr(image.Rect(0, 0, w+x, h+y), image.YCbCrSubsampleRatio420)
		for i := range whole.Y {
			whole.Y[i] = 200
		}
		for i := range whole.Cb {
			whole.Cb[i], whole.Cr[i] = 90, 160
		}
		var f frame
		f.take(whole.SubImage(image.Rect(x, y, w+x, h+y)).(*image.YCbCr), by)
		for j := range f.h {
			for i := range f.w {
				c := j/2*(f.stride/2) + i/2
				if f.y[j*f.stride+i] != 200 || f.cb[c] != 90 || f.cr[c] != 160 {
					t.Fatalf("sample %d,%d of %dx%d is not flat", i, j, f.w, f.h)
				}
			}
		}
		f.draw(image.NewRGBA(image.Rect(0, 0, f.w, f.h)), true)
	})
}

// Decoders of two calls may overlap for a moment; the race detector watches.
func TestShowFromManyGoroutines(t *testing.T) {
	p := New("t", Raster, false)
	p.queued = true // as if drawing were busy: nothing is drawn meanwhile
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				p.take(bars(16+2*rand.IntN(8), 16))
			}
		})
	}
	wg.Wait()
	require.NotNil(t, p.newest)
	require.Len(t, p.spare, 2)
}

func BenchmarkTake720p(b *testing.B) {
	src := bars(1280, 720)
	for _, by := range []int{1, 2} {
		b.Run([]string{"", "copied", "halved"}[by], func(b *testing.B) {
			var f frame
			for b.Loop() {
				f.take(src, by)
			}
		})
	}
}

func BenchmarkRaster720p(b *testing.B) {
	var f frame
	f.take(bars(1280, 720), 1)
	dst := image.NewRGBA(image.Rect(0, 0, 1280, 720))
	for b.Loop() {
		f.draw(dst, false)
	}
}

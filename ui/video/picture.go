// Package video shows moving pictures. Screen.Show may be called from any goroutine,
// and all the rest from the drawing goroutine only.
//
//	decoder: Screen.Show -> copy, smaller if the widget is small -> newest of three frames
//	drawing:   at most one queued redraw -> textures for the shader, or RGBA for a Raster
package video

import (
	"image"
	"os"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Way is how a picture reaches the screen.
type Way string

// The ways. Auto is the shader until it is seen to fail.
const (
	Auto   Way = ""
	Shader Way = "shader"
	Raster Way = "raster"
)

// WayFromEnv is what PARAVENT_RENDER asks for; unknown words mean Auto.
func WayFromEnv() Way {
	switch w := Way(os.Getenv("PARAVENT_RENDER")); w {
	case Shader, Raster:
		return w
	case Auto:
	}
	return Auto
}

// Picture shows the newest picture it was given, as large as fits, in its
// aspect ratio.
type Picture struct {
	widget.BaseWidget
	name   string // of the shader program; one per picture, or two would share textures
	mirror bool

	// Owned by the drawing goroutine.
	way    Way
	box    *fyne.Container
	shader *canvas.Shader
	raster *canvas.Raster
	rgba   *image.RGBA
	drawn  *frame
	trial  *trial // nil once the way is known
	onSize func() // the first picture came, or another shape

	mu     sync.Mutex
	newest *frame // waits to be drawn, nil when there is none
	spare  []*frame
	queued bool
	want   image.Point // pixels this widget covers; zero: unknown
	shown  uint64      // pictures given to Screen.Show
	blank  bool
}

// New makes a picture; its name must differ from that of every other one, and
// a mirrored one shows people as they know themselves from a mirror.
func New(name string, way Way, mirror bool) *Picture {
	p := &Picture{name: name, way: way, mirror: mirror, blank: true, spare: []*frame{{}, {}, {}}}
	p.box = container(p)
	p.ExtendBaseWidget(p)
	return p
}

// OnShape calls f on the drawing goroutine when the picture's shape changes.
func (p *Picture) OnShape(f func()) { p.onSize = f }

// Way is how pictures are drawn now.
func (p *Picture) Way() Way { return p.way }

// Screen is where a decoder shows its pictures; any goroutine may. (The widget
// itself already has a Show, with Fyne's meaning.)
func (p *Picture) Screen() Screen { return Screen{p} }

// Screen is the side of a Picture that takes pictures.
type Screen struct{ p *Picture }

// Show takes a copy of picture, which may be reused at once; of several that
// come between two redraws only the newest is drawn.
func (s Screen) Show(picture *image.YCbCr) { s.p.take(picture) }

func (p *Picture) take(picture *image.YCbCr) {
	if picture.Rect.Empty() || picture.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return
	}
	p.mu.Lock()
	if len(p.spare) == 0 { // a second goroutine is copying: its picture is as new
		p.mu.Unlock()
		return
	}
	f := p.spare[len(p.spare)-1]
	p.spare = p.spare[:len(p.spare)-1]
	by := factor(picture.Rect.Size(), p.want)
	p.mu.Unlock()
	f.take(picture, by)

	p.mu.Lock()
	if p.newest != nil {
		p.spare = append(p.spare, p.newest)
	}
	p.newest, p.blank = f, false
	p.shown++
	queued := p.queued
	p.queued = true
	p.mu.Unlock()
	if !queued {
		fyne.Do(p.draw)
	}
}

// Clear forgets the picture: the widget shows nothing until the next one.
func (p *Picture) Clear() {
	p.mu.Lock()
	p.blank = true
	if p.newest != nil {
		p.spare = append(p.spare, p.newest)
		p.newest = nil
	}
	p.mu.Unlock()
	p.box.Hide()
}

// Shown counts the pictures given to Screen.Show.
func (p *Picture) Shown() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown
}

// factor is by how much a picture may be made smaller and still fill want.
func factor(size, want image.Point) int {
	if want.X <= 0 || want.Y <= 0 {
		return 1
	}
	by := 1
	for next := 2; next <= 4; next++ {
		if size.X/next >= want.X && size.Y/next >= want.Y {
			by = next
		}
	}
	return by
}

// draw swaps the newest frame in. Drawing goroutine.
func (p *Picture) draw() {
	p.mu.Lock()
	f := p.newest
	p.newest, p.queued = nil, false
	if f == nil || p.blank {
		p.mu.Unlock()
		return
	}
	old := p.drawn
	p.drawn = f
	if old != nil {
		p.spare = append(p.spare, old)
	}
	p.mu.Unlock()

	reshaped := old == nil || !p.box.Visible() || old.w*f.h != f.w*old.h
	p.box.Show()
	p.judge()
	p.paint()
	if reshaped {
		p.fit(p.Size())
		if p.onSize != nil {
			p.onSize()
		}
	}
}

// Aspect is width over height of the picture shown, 0 when there is none.
func (p *Picture) Aspect() float32 {
	if p.drawn == nil || !p.box.Visible() {
		return 0
	}
	return float32(p.drawn.w) / float32(p.drawn.h)
}

// fit gives the drawing the largest place in s that keeps the aspect ratio,
// and tells take how many pixels that is.
func (p *Picture) fit(s fyne.Size) {
	p.box.Resize(s)
	aspect := p.Aspect()
	inner := s
	if aspect > 0 {
		inner = fyne.NewSize(min(s.Width, s.Height*aspect), min(s.Height, s.Width/aspect))
	}
	o := p.box.Objects[0]
	o.Move(fyne.NewPos((s.Width-inner.Width)/2, (s.Height-inner.Height)/2))
	o.Resize(inner)
	scale := float32(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		scale = c.Scale()
	}
	p.mu.Lock()
	p.want = image.Pt(int(inner.Width*scale), int(inner.Height*scale))
	p.mu.Unlock()
}

// paint hands the drawn frame to the shader or the raster.
func (p *Picture) paint() {
	if p.way == Raster {
		p.paintRaster()
		return
	}
	f := p.drawn
	cw, ch := f.stride/2, (f.h+1)/2
	p.shader.Textures = map[string]image.Image{
		"planey": plane(f.y, f.stride, f.h), "planeu": plane(f.cb, cw, ch), "planev": plane(f.cr, cw, ch),
	}
	if p.trial != nil {
		p.shader.Textures["telltale"] = p.trial.texture()
	}
	p.shader.Uniforms["width"], p.shader.Uniforms["height"] = float32(f.w), float32(f.h)
	p.shader.Uniforms["stridey"] = float32(f.stride)
	p.shader.Refresh()
}

// plane lends a plane to a texture of four samples a texel.
func plane(pix []byte, stride, h int) *image.RGBA {
	return &image.RGBA{Pix: pix, Stride: stride, Rect: image.Rect(0, 0, stride/4, h)}
}

func (p *Picture) paintRaster() {
	f := p.drawn
	if p.rgba == nil || p.rgba.Rect.Dx() != f.w || p.rgba.Rect.Dy() != f.h {
		p.rgba = image.NewRGBA(image.Rect(0, 0, f.w, f.h))
	}
	f.draw(p.rgba, p.mirror)
	p.raster.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Picture) CreateRenderer() fyne.WidgetRenderer { return &renderer{p} }

// renderer lays the one drawing out.
type renderer struct{ p *Picture }

func (r *renderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.p.box} }
func (r *renderer) MinSize() fyne.Size           { return fyne.NewSquareSize(1) }
func (r *renderer) Layout(s fyne.Size)           { r.p.fit(s) }
func (r *renderer) Refresh()                     { canvas.Refresh(r.p.box) }
func (r *renderer) Destroy()                     {}

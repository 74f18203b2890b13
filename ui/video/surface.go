package video

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynecontainer "fyne.io/fyne/v2/container"

	"paravent/assets"
)

// container makes both drawings of p and holds the one in use.
func container(p *Picture) *fyne.Container {
	p.shader = canvas.NewShader("i420-"+p.name, assets.Shader, assets.ShaderES)
	p.shader.Uniforms = map[string]float32{"mirror": 0}
	if p.mirror {
		p.shader.Uniforms["mirror"] = 1
	}
	p.raster = canvas.NewRaster(func(int, int) image.Image {
		if p.rgba == nil {
			return nothing
		}
		return p.rgba
	})
	box := fynecontainer.NewWithoutLayout(p.shader)
	if p.way == Raster {
		box = fynecontainer.NewWithoutLayout(p.raster)
	}
	box.Hide()
	return box
}

// prober decides once whether the shader works.
type prober struct {
	frames int // drawn so far
	done   bool
}

// The shader is judged after some frames, when the first surely is on screen,
// and for some more while pictures are too dark to tell.
const (
	probeAfter = 5
	probeEvery = 10
	probeUntil = 300
)

// check looks at what is on the screen where the picture should be. Fyne tells
// nobody when a shader does not compile: it then draws nothing.
func (p *Picture) check() {
	if p.way != Auto || p.probe.done {
		return
	}
	p.probe.frames++
	if p.probe.frames < probeAfter || (p.probe.frames-probeAfter)%probeEvery != 0 {
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(p)
	if c == nil || p.probe.frames > probeUntil {
		p.probe.done = true
		return
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.box.Objects[0])
	switch judge(c.Capture(), p.drawn, at, p.box.Objects[0].Size(), c.Scale()) {
	case works:
		p.probe.done = true
	case fails:
		p.probe.done = true
		p.fallBack()
	}
}

// verdict is what a look at the screen tells.
type verdict uint8

const (
	unsure verdict = iota // too dark, or covered
	works
	fails
)

// judge samples a grid. A place counts where the picture is bright; it is a
// miss where the screen is nearly black, as the stage behind pictures is.
func judge(screen image.Image, f *frame, at fyne.Position, size fyne.Size, scale float32) verdict {
	bright, dark := 0, 0
	const grid = 8
	for j := 1; j < grid; j++ {
		for i := 1; i < grid; i++ {
			fx, fy := float32(i)/grid, float32(j)/grid
			if f.y[int(fy*float32(f.h))*f.stride+int(fx*float32(f.w))] < 90 {
				continue
			}
			bright++
			r, g, b, _ := screen.At(int((at.X+fx*size.Width)*scale), int((at.Y+fy*size.Height)*scale)).RGBA()
			if r>>8 < 28 && g>>8 < 28 && b>>8 < 28 {
				dark++
			}
		}
	}
	switch {
	case bright < 6:
		return unsure
	case dark*10 > bright*8:
		return fails
	}
	return works
}

package video

import (
	"image"
	"image/color"

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
	var box *fyne.Container
	switch p.way {
	case Raster:
		box = fynecontainer.NewWithoutLayout(p.raster)
	case Shader:
		box = fynecontainer.NewWithoutLayout(p.shader)
	case Auto:
		p.trial = newTrial()
		box = fynecontainer.NewWithoutLayout(p.shader, p.trial.witness)
	}
	box.Hide()
	return box
}

// nothing is drawn before the first picture.
var nothing = image.NewRGBA(image.Rect(0, 0, 1, 1))

// trial finds out whether the shader works. Fyne tells nobody when one does
// not compile, or when a painter knows no shaders: it then draws nothing and
// never reads the shader's textures. So the shader gets one more texture that
// notices being read, and next to it stands a witness, a raster of one pixel
// painted after it, that tells when both had the chance.
type trial struct {
	witness *canvas.Raster
	read    bool // the shader's textures were read: it works
	painted int  // times the witness was painted
}

// trialPaints is how many paintings without the shader are proof.
const trialPaints = 3

func newTrial() *trial {
	t := &trial{}
	t.witness = canvas.NewRaster(func(int, int) image.Image {
		t.painted++
		return nothing
	})
	t.witness.Resize(fyne.NewSquareSize(1))
	return t
}

// texture is what the shader reads if it works.
func (t *trial) texture() image.Image { return telltale{t} }

// telltale is an image that notices being read.
type telltale struct{ *trial }

func (t telltale) ColorModel() color.Model { return color.RGBAModel }
func (t telltale) At(int, int) color.Color { return color.RGBA{} }
func (t telltale) Bounds() image.Rectangle {
	t.read = true
	return image.Rect(0, 0, 1, 1)
}

// judge ends the trial once it is clear what works. Drawing goroutine.
func (p *Picture) judge() {
	switch {
	case p.trial == nil:
	case p.trial.read:
		p.trial = nil
		p.way = Shader
		delete(p.shader.Textures, "telltale")
		p.box.Objects = []fyne.CanvasObject{p.shader}
	case p.trial.painted >= trialPaints:
		p.trial = nil
		p.way = Raster
		fyne.LogError("video: no shaders here, drawing in software: "+p.name, nil)
		p.box.Objects = []fyne.CanvasObject{p.raster}
		p.fit(p.Size())
		p.box.Refresh()
	default:
		p.trial.witness.Refresh()
	}
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Coder draws a call address as a QR code, as a PNG file. It takes a moment
// and is called away from the drawing goroutine.
type Coder interface {
	Code(link string) ([]byte, error)
}

// Code is a call address as a QR code to photograph. A press shows it as large
// as the window, for a camera that is held in front of it.
type Code struct {
	pressable
	env   Env
	coder Coder
	side  float32

	link    string
	picture *fyne.StaticResource // of link; nil until it is drawn
	wrong   string               // why there is none
}

// NewCode shows codes side wide; it is empty until Set.
func NewCode(env Env, coder Coder, side float32) *Code {
	c := &Code{env: env, coder: coder, side: side}
	c.extend(c, env.Words.T("code.enlarge"), c.enlarge)
	c.tip = true
	return c
}

// Set shows the code of link.
func (c *Code) Set(link string) {
	if c.link == link {
		return
	}
	c.link, c.picture, c.wrong = link, nil, ""
	c.SetDisabled(true)
	c.Refresh()
	c.env.Spawn(func() func() {
		png, err := c.coder.Code(link)
		return func() {
			if c.link != link {
				return // another one is asked for meanwhile
			}
			if c.wrong = c.env.Words.Error(err); err == nil {
				c.picture = fyne.NewStaticResource("code.png", png)
			}
			c.SetDisabled(err != nil)
			c.Refresh()
		}
	})
}

// PNG is the file of the code that is shown, nil where there is none.
func (c *Code) PNG() []byte {
	if c.picture == nil {
		return nil
	}
	return c.picture.Content()
}

// enlarge shows the code as large as the window lets it.
func (c *Code) enlarge() {
	w, size := c.env.Words, c.env.Window.Canvas().Size()
	picture := codeImage()
	picture.Resource = c.picture
	picture.SetMinSize(fyne.NewSquareSize(max(c.side, min(size.Width-80, size.Height-150))))
	var d *Dialog
	shut := NewButton(w.T("close"), func() { d.Hide() })
	shut.Importance = widget.HighImportance
	d = NewDialog(c.env.Window, w.T("code.title"), c.side, container.NewStack(canvas.NewRectangle(paint(c, "tile")), picture), shut)
	c.env.Window.Canvas().Focus(shut)
}

// codeImage draws each module with sharp edges.
func codeImage() *canvas.Image {
	img := canvas.NewImageFromResource(nil)
	img.FillMode, img.ScaleMode = canvas.ImageFillContain, canvas.ImageScalePixels
	return img
}

// CreateRenderer implements fyne.Widget.
func (c *Code) CreateRenderer() fyne.WidgetRenderer {
	const margin = 4
	ground, img := canvas.NewRectangle(nil), codeImage()
	ground.CornerRadius = 8
	text := widget.NewLabel("")
	text.Wrapping, text.SizeName, text.Alignment = fyne.TextWrapWord, theme.SizeNameCaptionText, fyne.TextAlignCenter
	draw := func() {
		ground.FillColor = paint(c, "tile")
		ground.StrokeColor, ground.StrokeWidth = focusColor(c, c.focused), 3
		img.Hidden = c.picture == nil
		if c.picture != nil {
			img.Resource = c.picture
		}
		text.SetText(c.wrong)
		text.Hidden = c.wrong == ""
		ground.Refresh()
		img.Refresh()
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, img, text},
		min:     func() fyne.Size { return fyne.NewSquareSize(c.side) },
		layout: func(s fyne.Size) {
			x, y := (s.Width-c.side)/2, (s.Height-c.side)/2
			place(ground, x, y, c.side, c.side)
			place(img, x+margin, y+margin, c.side-2*margin, c.side-2*margin)
			place(text, x, y, c.side, c.side)
		},
		refresh: draw,
	}
}

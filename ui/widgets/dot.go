package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Dot is a small light.
type Dot struct {
	widget.BaseWidget
	color fyne.ThemeColorName
}

// NewDot lights in a colour of the theme.
func NewDot(color fyne.ThemeColorName) *Dot {
	d := &Dot{color: color}
	d.ExtendBaseWidget(d)
	return d
}

// SetColor changes the light.
func (d *Dot) SetColor(name fyne.ThemeColorName) { d.color = name; d.Refresh() }

// CreateRenderer implements fyne.Widget.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	disc := canvas.NewCircle(nil)
	draw := func() { disc.FillColor = paint(d, d.color); disc.Refresh() }
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{disc},
		min:     func() fyne.Size { return fyne.NewSquareSize(10) },
		layout:  func(s fyne.Size) { place(disc, (s.Width-10)/2, (s.Height-10)/2, 10, 10) },
		refresh: draw,
	}
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Icon is a picture in a line of text.
type Icon struct {
	widget.BaseWidget
	name  string
	color fyne.ThemeColorName
	side  float32
}

// NewIcon is an icon of assets in a colour of the theme.
func NewIcon(name string, color fyne.ThemeColorName, side float32) *Icon {
	i := &Icon{name: name, color: color, side: side}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes picture and colour.
func (i *Icon) Set(name string, color fyne.ThemeColorName) {
	if i.name != name || i.color != color {
		i.name, i.color = name, color
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	img := iconImage()
	draw := func() { setIcon(img, i.name, paint(i, i.color)) }
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{img},
		min:     func() fyne.Size { return fyne.NewSquareSize(i.side) },
		layout:  func(s fyne.Size) { place(img, (s.Width-i.side)/2, (s.Height-i.side)/2, i.side, i.side) },
		refresh: draw,
	}
}

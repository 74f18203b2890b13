package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// IconButton is a small flat button with an icon; its label shows as a tip.
type IconButton struct {
	pressable
	icon  string
	color fyne.ThemeColorName
}

// NewIconButton shows the icon of that name of assets.
func NewIconButton(icon, label string, tapped func()) *IconButton {
	b := &IconButton{icon: icon, color: "subtle"}
	b.extend(b, label, tapped)
	b.tip = true
	return b
}

// Set changes icon, label and colour.
func (b *IconButton) Set(icon, label string, color fyne.ThemeColorName) {
	b.icon, b.label, b.color = icon, label, color
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *IconButton) CreateRenderer() fyne.WidgetRenderer {
	const side, mark = 36, 20
	ground, img := canvas.NewRectangle(nil), iconImage()
	ground.CornerRadius = 8
	draw := func() {
		ground.FillColor = layer(b, b.hovered && !b.disabled)
		ground.StrokeColor = focusColor(b, b.focused)
		ground.StrokeWidth = 2
		ground.Refresh()
		name := b.color
		if b.disabled {
			name = theme.ColorNameDisabled
		}
		setIcon(img, b.icon, paint(b, name))
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, img},
		min:     func() fyne.Size { return fyne.NewSquareSize(side) },
		layout: func(s fyne.Size) {
			x, y := (s.Width-side)/2, (s.Height-side)/2
			place(ground, x, y, side, side)
			place(img, x+(side-mark)/2, y+(side-mark)/2, mark, mark)
		},
		refresh: draw,
	}
}

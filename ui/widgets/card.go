package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Panel is content on a coloured ground with margins.
type Panel struct {
	widget.BaseWidget
	content fyne.CanvasObject
	color   fyne.ThemeColorName
	radius  float32
	dx, dy  float32
}

// NewCard is a rounded panel on the background.
func NewCard(content fyne.CanvasObject) *Panel { return NewPanel("card", 12, 18, 16, content) }

// NewPanel is a ground of any colour, corner radius and margins.
func NewPanel(color fyne.ThemeColorName, radius, dx, dy float32, content fyne.CanvasObject) *Panel {
	p := &Panel{content: content, color: color, radius: radius, dx: dx, dy: dy}
	p.ExtendBaseWidget(p)
	return p
}

// SetColor changes the ground.
func (p *Panel) SetColor(name fyne.ThemeColorName) { p.color = name; p.Refresh() }

// CreateRenderer implements fyne.Widget.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(nil)
	draw := func() {
		ground.FillColor, ground.CornerRadius = paint(p, p.color), p.radius
		if p.color == "card" {
			ground.StrokeColor, ground.StrokeWidth = paint(p, theme.ColorNameSeparator), 1
		}
		ground.Refresh()
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, p.content},
		min:     func() fyne.Size { return p.content.MinSize().AddWidthHeight(2*p.dx, 2*p.dy) },
		layout: func(s fyne.Size) {
			place(ground, 0, 0, s.Width, s.Height)
			place(p.content, p.dx, p.dy, s.Width-2*p.dx, s.Height-2*p.dy)
		},
		refresh: draw,
	}
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Badge is a pill with an icon and a sentence; a tap tells more.
type Badge struct {
	pressable
	icon  string
	color fyne.ThemeColorName
}

// NewBadge is hidden until it is set.
func NewBadge(tapped func()) *Badge {
	b := &Badge{icon: "info", color: "subtle"}
	b.extend(b, "", tapped)
	b.Hide()
	return b
}

// Set says text; an empty one hides the badge.
func (b *Badge) Set(icon, text string, color fyne.ThemeColorName) {
	b.icon, b.label, b.color = icon, text, color
	if text == "" {
		b.Hide()
		return
	}
	b.Show()
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	const h, mark = 32, 17
	ground, over, img, text := canvas.NewRectangle(nil), canvas.NewRectangle(nil), iconImage(), canvas.NewText("", nil)
	ground.CornerRadius, over.CornerRadius = h/2, h/2
	draw := func() {
		c := paint(b, b.color)
		ground.FillColor, ground.StrokeColor, ground.StrokeWidth = paint(b, "card"), c, 1.2
		over.FillColor = layer(b, b.hovered)
		over.StrokeColor, over.StrokeWidth = focusColor(b, b.focused), 3
		text.Text, text.TextSize, text.Color = b.label, 13, c
		text.TextStyle.Bold = true
		setIcon(img, b.icon, c)
		ground.Refresh()
		over.Refresh()
		text.Refresh()
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, over, img, text},
		min: func() fyne.Size {
			w := fyne.MeasureText(b.label, 13, fyne.TextStyle{Bold: true}).Width
			return fyne.NewSize(w+mark+34, h)
		},
		layout: func(s fyne.Size) {
			place(ground, 0, (s.Height-h)/2, s.Width, h)
			place(over, 0, (s.Height-h)/2, s.Width, h)
			place(img, 12, (s.Height-mark)/2, mark, mark)
			th := text.MinSize().Height
			place(text, mark+20, (s.Height-th)/2, s.Width-mark-30, th)
		},
		refresh: draw,
	}
}

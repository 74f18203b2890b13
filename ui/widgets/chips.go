package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Chips are a few views of one list in a row, of which one is shown.
type Chips struct {
	widget.BaseWidget
	chips   []*Chip
	body    *fyne.Container
	changed func(i int)
}

// NewChips shows the names in a row; the first is chosen. changed gets the
// number of the one that was chosen.
func NewChips(names []string, changed func(i int)) *Chips {
	c := &Chips{body: container.NewHBox(), changed: changed}
	c.ExtendBaseWidget(c)
	for i, name := range names {
		chip := &Chip{on: i == 0}
		chip.extend(chip, name, func() { c.Choose(i) })
		c.chips = append(c.chips, chip)
		c.body.Add(chip)
	}
	return c
}

// Choose chooses the one of number i, as a press on it does.
func (c *Chips) Choose(i int) {
	for j, chip := range c.chips {
		chip.set(i == j)
	}
	c.changed(i)
}

// CreateRenderer implements fyne.Widget.
func (c *Chips) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.body) }

// Chip is one of them.
type Chip struct {
	pressable
	on bool
}

func (c *Chip) set(on bool) {
	if c.on != on {
		c.on = on
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	const h = 30
	ground, over, text := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewText("", nil)
	ground.CornerRadius, over.CornerRadius = h/2, h/2
	text.Alignment = fyne.TextAlignCenter
	draw := func() {
		ground.FillColor, ground.StrokeColor, ground.StrokeWidth = paint(c, "card"), paint(c, theme.ColorNameSeparator), 1
		text.Text, text.TextSize, text.Color = c.label, 13, paint(c, theme.ColorNameForeground)
		if c.on {
			ground.FillColor, ground.StrokeColor = paint(c, "tint"), paint(c, theme.ColorNamePrimary)
			text.Color = paint(c, theme.ColorNamePrimary)
		}
		text.TextStyle.Bold = c.on
		over.FillColor = layer(c, c.hovered)
		over.StrokeColor, over.StrokeWidth = focusColor(c, c.focused), 2.5
		for _, o := range []fyne.CanvasObject{ground, over, text} {
			o.Refresh()
		}
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, over, text},
		min: func() fyne.Size {
			return fyne.NewSize(fyne.MeasureText(c.label, 13, fyne.TextStyle{Bold: true}).Width+26, h)
		},
		layout: func(s fyne.Size) {
			place(ground, 0, (s.Height-h)/2, s.Width, h)
			place(over, 0, (s.Height-h)/2, s.Width, h)
			th := text.MinSize().Height
			place(text, 0, (s.Height-th)/2, s.Width, th)
		},
		refresh: draw,
	}
}

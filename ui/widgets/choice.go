package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Option is one of several ways to choose from, with an explanation.
type Option struct {
	ID            string
	Title, Detail string
	More          fyne.CanvasObject // belongs to the option and stands below it; nil: nothing
}

// Choice lets people choose one of a few options, each with its explanation.
type Choice struct {
	widget.BaseWidget
	OnChanged func(id string)

	marks []*Mark
	ids   []string
	body  *fyne.Container
}

// NewChoice shows the options one below the other.
func NewChoice(options []Option, selected string, changed func(id string)) *Choice {
	c := &Choice{OnChanged: changed, body: container.NewVBox()}
	c.ExtendBaseWidget(c)
	for _, o := range options {
		m := newMark(o.Title, o.ID == selected, func() { c.choose(o.ID) })
		c.marks, c.ids = append(c.marks, m), append(c.ids, o.ID)
		c.body.Add(m)
		if o.Detail != "" {
			c.body.Add(Detail(o.Detail))
		}
		if o.More != nil {
			c.body.Add(o.More)
		}
	}
	return c
}

// Detail is an explanation, set in under the mark it belongs to.
func Detail(text string) fyne.CanvasObject {
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	label.SizeName = theme.SizeNameCaptionText
	return container.New(&hang{left: 20, up: 10}, label)
}

// Sees is a Detail with an icon that tells whose eyes it is about.
func Sees(icon, text string) fyne.CanvasObject {
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	label.SizeName = theme.SizeNameCaptionText
	mark := container.NewVBox(Gap(7), NewIcon(icon, "subtle", 16))
	return container.New(&hang{left: 30, up: 11}, container.NewBorder(nil, nil, mark, nil, label))
}

// Hint is an explanation in line with the field above it.
func Hint(text string) fyne.CanvasObject {
	_, o := LiveHint(text)
	return o
}

// LiveHint is a Hint that may say something else later, by its label.
func LiveHint(text string) (*widget.Label, fyne.CanvasObject) {
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	label.SizeName = theme.SizeNameCaptionText
	return label, container.New(&hang{left: -theme.InnerPadding(), up: 8}, label)
}

// Select marks an option without telling OnChanged.
func (c *Choice) Select(id string) {
	for i, m := range c.marks {
		m.set(c.ids[i] == id)
	}
}

// SetDisabled shows the choice without letting anybody change it.
func (c *Choice) SetDisabled(disabled bool) {
	for _, m := range c.marks {
		m.SetDisabled(disabled)
	}
}

// Selected is the id of the marked option, "" when none is.
func (c *Choice) Selected() string {
	for i, m := range c.marks {
		if m.on {
			return c.ids[i]
		}
	}
	return ""
}

func (c *Choice) choose(id string) {
	if id == c.Selected() {
		return
	}
	c.Select(id)
	if c.OnChanged != nil {
		c.OnChanged(id)
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.body) }

// Mark is one option's round mark and title.
type Mark struct {
	pressable
	on bool
}

func newMark(title string, on bool, tapped func()) *Mark {
	m := &Mark{on: on}
	m.extend(m, title, tapped)
	return m
}

func (m *Mark) set(on bool) {
	if m.on != on {
		m.on = on
		m.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (m *Mark) CreateRenderer() fyne.WidgetRenderer {
	ground, ring, dot := canvas.NewRectangle(nil), canvas.NewCircle(nil), canvas.NewCircle(nil)
	ground.CornerRadius = 6
	title := canvas.NewText("", nil)
	draw := func() {
		ground.FillColor = layer(m, m.hovered && !m.disabled)
		ground.StrokeColor, ground.StrokeWidth = focusColor(m, m.focused), 2
		c := paint(m, theme.ColorNamePlaceHolder)
		dot.FillColor = layer(m, false)
		if m.on {
			c = paint(m, theme.ColorNamePrimary)
			if m.disabled {
				c = paint(m, theme.ColorNameDisabled)
			}
			dot.FillColor = c
		}
		ring.StrokeColor, ring.StrokeWidth = c, 2
		title.Text, title.TextSize = m.label, size(m, theme.SizeNameText)
		title.Color = paint(m, theme.ColorNameForeground)
		if m.disabled {
			title.Color = paint(m, theme.ColorNameDisabled)
		}
		title.TextStyle.Bold = m.on
		for _, o := range []fyne.CanvasObject{ground, ring, dot, title} {
			o.Refresh()
		}
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, ring, dot, title},
		min: func() fyne.Size {
			text := fyne.MeasureText(m.label, size(m, theme.SizeNameText), fyne.TextStyle{Bold: true})
			return fyne.NewSize(text.Width+36, max(30, text.Height))
		},
		layout: func(s fyne.Size) {
			place(ground, 0, 0, s.Width, s.Height)
			place(ring, 5, (s.Height-18)/2, 18, 18)
			place(dot, 10, (s.Height-8)/2, 8, 8)
			h := title.MinSize().Height
			place(title, 30, (s.Height-h)/2, s.Width-30, h)
		},
		refresh: draw,
	}
}

// hang is a layout that sets its object in and pulls it up, closer to what it
// belongs to.
type hang struct{ left, up float32 }

func (h *hang) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if !objects[0].Visible() {
		return fyne.Size{}
	}
	m := objects[0].MinSize()
	return fyne.NewSize(m.Width+h.left, m.Height-h.up)
}

func (h *hang) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	place(objects[0], h.left, -h.up, s.Width-h.left, s.Height+h.up)
}

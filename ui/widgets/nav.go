package widgets

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// NavItem leads to a screen: icon, name, and a count that wants attention.
type NavItem struct {
	pressable
	icon     string
	selected bool
	count    int
}

// NewNavItem is one entry of the rail.
func NewNavItem(icon, label string, tapped func()) *NavItem {
	n := &NavItem{icon: icon}
	n.extend(n, label, tapped)
	return n
}

// SetSelected marks the screen that is shown.
func (n *NavItem) SetSelected(on bool) { n.selected = on; n.Refresh() }

// SetCount shows a badge; 0 hides it.
func (n *NavItem) SetCount(count int) { n.count = count; n.Refresh() }

// Count is what the badge shows.
func (n *NavItem) Count() int { return n.count }

// CreateRenderer implements fyne.Widget.
func (n *NavItem) CreateRenderer() fyne.WidgetRenderer {
	ground, pill, img := canvas.NewRectangle(nil), canvas.NewRectangle(nil), iconImage()
	label, count := canvas.NewText("", nil), canvas.NewText("", nil)
	ground.CornerRadius, pill.CornerRadius = 9, 9
	count.Alignment = fyne.TextAlignCenter
	draw := func() {
		n.paint(ground, pill, label, count)
		mark := paint(n, "subtle")
		if n.selected {
			mark = paint(n, theme.ColorNamePrimary)
		}
		setIcon(img, n.icon, mark)
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, img, label, pill, count},
		min: func() fyne.Size {
			return fyne.NewSize(fyne.MeasureText(n.label, size(n, theme.SizeNameText), fyne.TextStyle{Bold: true}).Width+80, 40)
		},
		layout: func(s fyne.Size) {
			place(ground, 0, 0, s.Width, s.Height)
			place(img, 12, (s.Height-20)/2, 20, 20)
			h := label.MinSize().Height
			place(label, 42, (s.Height-h)/2, s.Width-80, h)
			place(pill, s.Width-36, (s.Height-18)/2, 26, 18)
			place(count, s.Width-36, (s.Height-count.MinSize().Height)/2, 26, count.MinSize().Height)
		},
		refresh: draw,
	}
}

func (n *NavItem) paint(ground, pill *canvas.Rectangle, label, count *canvas.Text) {
	ground.FillColor = layer(n, n.hovered)
	label.Text, label.TextSize = n.label, size(n, theme.SizeNameText)
	label.Color, label.TextStyle.Bold = paint(n, theme.ColorNameForeground), n.selected
	if n.selected {
		ground.FillColor = paint(n, "tint")
	}
	ground.StrokeColor, ground.StrokeWidth = focusColor(n, n.focused), 2
	pill.FillColor, count.Text = color.Transparent, ""
	if n.count > 0 {
		pill.FillColor = paint(n, theme.ColorNameError)
		count.Text = strconv.Itoa(min(n.count, 99))
	}
	count.TextSize, count.Color = size(n, theme.SizeNameCaptionText), paint(n, theme.ColorNameForegroundOnError)
	count.TextStyle.Bold = true
	for _, o := range []fyne.CanvasObject{ground, pill, label, count} {
		o.Refresh()
	}
}

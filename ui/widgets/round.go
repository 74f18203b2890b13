package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Tone is what a round button means.
type Tone uint8

// The tones.
const (
	Plain  Tone = iota // something that can be switched on
	Chosen             // and is on
	Good               // answer
	Bad                // decline, hang up
)

// Round is a round button with its name below, for the call screens.
type Round struct {
	pressable
	icon string
	tone Tone
	side float32
}

// NewRound is a round button of 52 units; Big makes it 68.
func NewRound(icon, label string, tone Tone, tapped func()) *Round {
	b := &Round{icon: icon, tone: tone, side: 52}
	b.extend(b, label, tapped)
	return b
}

// Big makes it larger.
func (b *Round) Big() *Round { b.side = 68; return b }

// Key tells, in a tip, the key that does the same.
func (b *Round) Key(name fyne.KeyName) *Round { b.key, b.tip = string(name), true; return b }

// Set changes icon, label and tone.
func (b *Round) Set(icon, label string, tone Tone) {
	if b.icon != icon || b.label != label || b.tone != tone {
		b.icon, b.label, b.tone = icon, label, tone
		b.Refresh()
	}
}

// Tone is what it means now.
func (b *Round) Tone() Tone { return b.tone }

func (b *Round) colors() (ground, mark color.Color) {
	switch {
	case b.disabled:
		return paint(b, theme.ColorNameDisabledButton), paint(b, theme.ColorNameDisabled)
	case b.tone == Good:
		return paint(b, theme.ColorNameSuccess), paint(b, theme.ColorNameForegroundOnSuccess)
	case b.tone == Bad:
		return paint(b, theme.ColorNameError), paint(b, theme.ColorNameForegroundOnError)
	case b.tone == Chosen:
		return paint(b, theme.ColorNameForeground), paint(b, theme.ColorNameBackground)
	}
	return paint(b, theme.ColorNameButton), paint(b, theme.ColorNameForeground)
}

// CreateRenderer implements fyne.Widget.
func (b *Round) CreateRenderer() fyne.WidgetRenderer {
	ground, over, img := canvas.NewCircle(nil), canvas.NewCircle(nil), iconImage()
	label := canvas.NewText("", nil)
	label.Alignment = fyne.TextAlignCenter
	draw := func() {
		fill, mark := b.colors()
		ground.FillColor = fill
		over.FillColor = layer(b, b.hovered && !b.disabled)
		over.StrokeColor, over.StrokeWidth = color.Transparent, 2.5
		if b.focused {
			over.StrokeColor = paint(b, theme.ColorNamePrimary)
		}
		ground.Refresh()
		over.Refresh()
		label.Text, label.TextSize, label.Color = b.label, size(b, theme.SizeNameCaptionText), paint(b, "subtle")
		label.Refresh()
		setIcon(img, b.icon, mark)
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{ground, over, img, label},
		min: func() fyne.Size {
			text := fyne.MeasureText(b.label, size(b, theme.SizeNameCaptionText), fyne.TextStyle{})
			return fyne.NewSize(max(b.side+12, text.Width+8), b.side+6+text.Height)
		},
		layout: func(s fyne.Size) {
			x, mark := (s.Width-b.side)/2, b.side*0.44
			place(ground, x, 0, b.side, b.side)
			place(over, x-3, -3, b.side+6, b.side+6)
			place(img, x+(b.side-mark)/2, (b.side-mark)/2, mark, mark)
			place(label, 0, b.side+6, s.Width, label.MinSize().Height)
		},
		refresh: draw,
	}
}

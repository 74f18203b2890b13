package widgets

import (
	"hash/fnv"
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// avatarGrounds are calm, and dark enough for white letters.
var avatarGrounds = []color.NRGBA{
	{0x2F, 0x6F, 0x73, 255}, {0x6B, 0x5B, 0x95, 255}, {0x8A, 0x5A, 0x44, 255}, {0x3E, 0x6B, 0x9B, 255},
	{0x7A, 0x6A, 0x2F, 255}, {0x8C, 0x4A, 0x62, 255}, {0x4B, 0x7A, 0x4F, 255}, {0x5A, 0x65, 0x70, 255},
}

// Avatar is a disc with a person's initials; its colour comes from their key,
// so that two people of one name look different.
type Avatar struct {
	widget.BaseWidget
	name, key string
	side      float32
}

// NewAvatar is a disc of that diameter.
func NewAvatar(side float32) *Avatar {
	a := &Avatar{side: side}
	a.ExtendBaseWidget(a)
	return a
}

// SetPerson shows someone by safe name and key.
func (a *Avatar) SetPerson(name, key string) {
	if a.name != name || a.key != key {
		a.name, a.key = name, key
		a.Refresh()
	}
}

// initials are the first letters of the first and last word.
func initials(name string) string {
	var first, last rune
	for word := range strings.FieldsSeq(name) {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				if first == 0 {
					first = r
				} else {
					last = r
				}
				break
			}
		}
	}
	switch {
	case first == 0:
		return "?"
	case last == 0:
		return string(unicode.ToUpper(first))
	}
	return string(unicode.ToUpper(first)) + string(unicode.ToUpper(last))
}

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	disc, text := canvas.NewCircle(nil), canvas.NewText("", color.White)
	text.Alignment = fyne.TextAlignCenter
	text.TextStyle.Bold = true
	draw := func() {
		h := fnv.New32a()
		_, _ = h.Write([]byte(a.key))
		disc.FillColor = avatarGrounds[h.Sum32()%uint32(len(avatarGrounds))]
		text.Text, text.TextSize = initials(a.name), a.side*0.38
		disc.Refresh()
		text.Refresh()
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{disc, text},
		min:     func() fyne.Size { return fyne.NewSquareSize(a.side) },
		layout: func(s fyne.Size) {
			x, y := (s.Width-a.side)/2, (s.Height-a.side)/2
			place(disc, x, y, a.side, a.side)
			h := text.MinSize().Height
			place(text, x, y+(a.side-h)/2, a.side, h)
		},
		refresh: draw,
	}
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Line is one line of text without margins; where it does not fit it ends in
// an ellipsis.
type Line struct {
	widget.BaseWidget
	text  string
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	style fyne.TextStyle
	align fyne.TextAlign
	cut   bool
}

// NewLine is a line in the size and colour of ordinary text. It takes all the
// width it wants, unless Cut lets it be cut.
func NewLine(text string) *Line {
	l := &Line{text: text, color: theme.ColorNameForeground, size: theme.SizeNameText}
	l.ExtendBaseWidget(l)
	return l
}

// Small makes it a second line: smaller and paler.
func (l *Line) Small() *Line {
	l.size, l.color = theme.SizeNameCaptionText, "subtle"
	return l
}

// Cut lets it be narrower than its text.
func (l *Line) Cut() *Line { l.cut = true; return l }

// Bold makes it bold.
func (l *Line) Bold() *Line { l.style.Bold = true; return l }

// Center sets it in the middle.
func (l *Line) Center() *Line { l.align = fyne.TextAlignCenter; return l }

// Sized chooses another size.
func (l *Line) Sized(name fyne.ThemeSizeName) *Line { l.size = name; return l }

// Text is what it says, uncut.
func (l *Line) Text() string { return l.text }

// Width is as wide as it is uncut.
func (l *Line) Width() float32 { return l.full().Width }

func (l *Line) full() fyne.Size { return fyne.MeasureText(l.text, size(l, l.size), l.style) }

// SetText says something else.
func (l *Line) SetText(text string) {
	if l.text != text {
		l.text = text
		l.Refresh()
	}
}

// SetColor paints it in another of the theme's colours.
func (l *Line) SetColor(name fyne.ThemeColorName) {
	if l.color != name {
		l.color = name
		l.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (l *Line) AccessibilityLabel() string { return l.text }

// AccessibilityRole implements fyne.Accessible.
func (l *Line) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	text := canvas.NewText("", nil)
	width := float32(0)
	draw := func() {
		text.TextSize, text.TextStyle, text.Alignment = size(l, l.size), l.style, l.align
		text.Color = paint(l, l.color)
		text.Text = fit(l.text, width, text.TextSize, l.style)
		text.Refresh()
	}
	draw()
	return &drawing{
		objects: []fyne.CanvasObject{text},
		min: func() fyne.Size {
			full := l.full()
			if l.cut {
				full.Width = min(full.Width, 40)
			}
			return full
		},
		layout:  func(s fyne.Size) { width = s.Width; place(text, 0, 0, s.Width, s.Height); draw() },
		refresh: draw,
	}
}

// fit cuts text to width; measuring is dear, so it halves its way.
func fit(text string, width, size float32, style fyne.TextStyle) string {
	if width <= 0 || fyne.MeasureText(text, size, style).Width <= width+0.5 {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return string(runes[:low]) + "…"
}

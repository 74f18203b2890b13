package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// tipDelay is how long the pointer rests before a tip appears.
const tipDelay = 500 * time.Millisecond

// tips are the tip layers of all windows.
var tips = map[fyne.Canvas]*tipLayer{}

// tipLayer lies over a window's content, lets all taps through and shows one tip.
type tipLayer struct {
	box   *fyne.Container
	timer *time.Timer
}

// WithTips lays a tip layer over content for the window's canvas. Call it for
// each content the window is given; ForgetTips when the window closes.
func WithTips(c fyne.Canvas, content fyne.CanvasObject) fyne.CanvasObject {
	layer := &tipLayer{box: container.NewWithoutLayout()}
	tips[c] = layer
	return container.NewStack(content, layer.box)
}

// ForgetTips releases the layer of a closed window.
func ForgetTips(c fyne.Canvas) {
	hideTip(c)
	delete(tips, c)
}

func showTip(c fyne.Canvas, over fyne.CanvasObject, text string) {
	hideTip(c)
	layer := tips[c]
	if layer == nil || text == "" {
		return
	}
	layer.timer = time.AfterFunc(tipDelay, func() {
		fyne.Do(func() { layer.show(c, over, text) })
	})
}

func hideTip(c fyne.Canvas) {
	layer := tips[c]
	if layer == nil {
		return
	}
	if layer.timer != nil {
		layer.timer.Stop()
	}
	if len(layer.box.Objects) > 0 {
		layer.box.RemoveAll()
		layer.box.Refresh()
	}
}

func (l *tipLayer) show(c fyne.Canvas, over fyne.CanvasObject, text string) {
	if tips[c] != l || !over.Visible() {
		return
	}
	label := canvas.NewText(text, theme.Color(theme.ColorNameBackground))
	label.TextSize = theme.CaptionTextSize()
	ground := canvas.NewRectangle(theme.Color(theme.ColorNameForeground))
	ground.CornerRadius = 6
	tip := container.NewStack(ground, container.New(&inset{8, 4}, label))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(over)
	want := tip.MinSize()
	x := at.X + (over.Size().Width-want.Width)/2
	y := at.Y + over.Size().Height + 4
	if y+want.Height > c.Size().Height {
		y = at.Y - want.Height - 4
	}
	tip.Resize(want)
	tip.Move(fyne.NewPos(max(4, min(x, c.Size().Width-want.Width-4)), y))
	l.box.Add(tip)
	l.box.Refresh() // without a layout, adding alone draws nothing
}

// inset is a layout with fixed margins around its objects.
type inset struct{ dx, dy float32 }

// Inset puts fixed margins around content.
func Inset(dx, dy float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{dx, dy}, content)
}

func (i *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objects {
		m = m.Max(o.MinSize())
	}
	return m.AddWidthHeight(2*i.dx, 2*i.dy)
}

func (i *inset) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		place(o, i.dx, i.dy, s.Width-2*i.dx, s.Height-2*i.dy)
	}
}

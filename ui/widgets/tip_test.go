package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	own "paravent/ui/theme"
)

func TestTipAppearsAndGoes(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(own.New())
	win := app.NewWindow("")
	c := win.Canvas()
	b := NewIconButton("star", "Make a favourite", nil)
	win.SetContent(WithTips(c, container.NewCenter(b)))
	win.Resize(fyne.NewSize(300, 200))
	defer ForgetTips(c)
	layer := tips[c]

	b.MouseIn(nil)
	require.NotNil(t, layer.timer, "it waits before it shows")
	require.True(t, layer.timer.Stop())
	layer.show(c, b, b.Label())
	require.Contains(t, test.RenderToMarkup(c), "Make a favourite")
	b.MouseOut()
	require.NotContains(t, test.RenderToMarkup(c), "Make a favourite")

	b.MouseIn(nil)
	b.Tapped(nil)
	require.False(t, layer.timer.Stop(), "a tap is no time for tips")
	b.Hide()
	layer.show(c, b, b.Label())
	require.Empty(t, layer.box.Objects)
}

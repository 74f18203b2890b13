package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	own "paravent/ui/theme"
)

// themed is any widget: what it is drawn with depends on where it stands.
type themed interface{ Theme() fyne.Theme }

func paint(w themed, name fyne.ThemeColorName) color.Color {
	return w.Theme().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

func size(w themed, name fyne.ThemeSizeName) float32 { return w.Theme().Size(name) }

func iconImage() *canvas.Image {
	img := canvas.NewImageFromResource(nil)
	img.FillMode = canvas.ImageFillContain
	return img
}

// setIcon gives img an icon in a colour.
func setIcon(img *canvas.Image, name string, c color.Color) {
	if name == "" {
		img.Hide()
		return
	}
	img.Resource = own.NewIcon(name, c)
	img.Show()
	img.Refresh()
}

// focusColor rings what the keyboard is on.
func focusColor(w themed, focused bool) color.Color {
	if focused {
		return paint(w, theme.ColorNamePrimary)
	}
	return color.Transparent
}

// layer draws over: a half transparent hover mark.
func layer(w themed, hovered bool) color.Color {
	if hovered {
		return paint(w, theme.ColorNameHover)
	}
	return color.Transparent
}

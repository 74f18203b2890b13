package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"paravent/assets"
	own "paravent/ui/theme"
)

// Symbol is one safety symbol, large, with its word below as text. Some are
// dark, so that all stand on white, by day and by night.
func Symbol(s assets.SafetySymbol, language string) fyne.CanvasObject {
	picture := canvas.NewImageFromResource(fyne.NewStaticResource(s.EN+".svg", s.Picture()))
	picture.FillMode = canvas.ImageFillContain
	picture.SetMinSize(fyne.NewSquareSize(72))
	tile := NewPanel(own.ColorTile, 12, 0, 10, picture)
	return container.NewVBox(tile, Gap(2), NewLine(s.Word(language)).Sized("subHeadingText").Bold().Center())
}

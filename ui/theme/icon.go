package theme

import (
	"bytes"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"

	"paravent/assets"
)

// Icon draws an icon of assets in one colour. Its name holds the colour, so
// that Fyne's picture cache tells a light one from a dark one.
type Icon struct {
	name string
	hex  string
}

// NewIcon takes the icon's name and the colour it is drawn in.
func NewIcon(name string, c color.Color) *Icon {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return &Icon{name: name, hex: fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)}
}

// Name implements fyne.Resource.
func (i *Icon) Name() string { return i.name + i.hex + ".svg" }

// Content implements fyne.Resource.
func (i *Icon) Content() []byte {
	return bytes.ReplaceAll(assets.Icon(i.name), []byte("currentColor"), []byte(i.hex))
}

// AppIcon is the icon of the program, in its own colours.
func AppIcon() fyne.Resource {
	return fyne.NewStaticResource("paravent.svg", assets.Icon("paravent"))
}

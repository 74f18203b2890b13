// Package theme is Paravent's look: calm paper and ink in the light, slate in
// the dark, one green accent. It is used on the drawing goroutine only.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours and sizes that Fyne has no name for.
const (
	ColorCard   fyne.ThemeColorName = "card"   // panels on the background
	ColorRail   fyne.ThemeColorName = "rail"   // the navigation at the left
	ColorSubtle fyne.ThemeColorName = "subtle" // second lines
	ColorTint   fyne.ThemeColorName = "tint"   // a hint of the accent behind something chosen
	ColorStage  fyne.ThemeColorName = "stage"  // behind pictures
	ColorAlarm  fyne.ThemeColorName = "alarm"  // behind white words of danger
	ColorTile   fyne.ThemeColorName = "tile"   // behind coloured pictures

	SizeTitle fyne.ThemeSizeName = "title"
	SizeHero  fyne.ThemeSizeName = "hero"
)

// Theme is the look; New follows the system's light or dark, NewDark does not.
type Theme struct {
	fyne.Theme
	variant *fyne.ThemeVariant // nil: as the system says
}

// New is the theme of the whole app.
func New() *Theme { return &Theme{Theme: theme.DefaultTheme()} }

// NewDark is always dark: for the call, where pictures want a dark room.
func NewDark() *Theme {
	dark := theme.VariantDark
	return &Theme{Theme: theme.DefaultTheme(), variant: &dark}
}

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if t.variant != nil {
		variant = *t.variant
	}
	palette := light
	if variant == theme.VariantDark {
		palette = dark
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return t.Theme.Color(name, variant)
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return t.Theme.Size(name)
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:           14,
	theme.SizeNameCaptionText:    12,
	theme.SizeNameSubHeadingText: 17,
	theme.SizeNameHeadingText:    24,
	SizeTitle:                    20,
	SizeHero:                     30,
	theme.SizeNamePadding:        5,
	theme.SizeNameInnerPadding:   9,
	theme.SizeNameInputRadius:    8,
	theme.SizeNameButtonRadius:   8,
	theme.SizeNameCardRadius:     12,
	theme.SizeNameDialogRadius:   14,
	theme.SizeNamePopupRadius:    10,
	theme.SizeNameMenuRadius:     10,
	theme.SizeNameScrollBar:      10,
	theme.SizeNameScrollBarSmall: 4,
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

func rgba(hex uint32, alpha uint8) color.NRGBA {
	c := rgb(hex)
	c.A = alpha
	return c
}

var light = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0xF5F3EE),
	theme.ColorNameForeground:          rgb(0x1E2A2B),
	theme.ColorNamePrimary:             rgb(0x1F6F69),
	theme.ColorNameHyperlink:           rgb(0x1F6F69),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameForegroundOnError:   rgb(0xFFFFFF),
	theme.ColorNameForegroundOnSuccess: rgb(0xFFFFFF),
	theme.ColorNameForegroundOnWarning: rgb(0xFFFFFF),
	theme.ColorNameError:               rgb(0xB3382F),
	theme.ColorNameSuccess:             rgb(0x2C7A4B),
	theme.ColorNameWarning:             rgb(0x97610B),
	theme.ColorNameButton:              rgb(0xE7E3D9),
	theme.ColorNameDisabledButton:      rgb(0xECE9E1),
	theme.ColorNameDisabled:            rgb(0x9AA09C),
	theme.ColorNamePlaceHolder:         rgb(0x767D7A),
	theme.ColorNameInputBackground:     rgb(0xF7F5F0),
	theme.ColorNameInputBorder:         rgb(0xB9B4A6),
	theme.ColorNameSeparator:           rgb(0xE2DDD2),
	theme.ColorNameHover:               rgba(0x1E2A2B, 14),
	theme.ColorNamePressed:             rgba(0x1E2A2B, 32),
	theme.ColorNameFocus:               rgba(0x1F6F69, 64),
	theme.ColorNameSelection:           rgba(0x1F6F69, 48),
	theme.ColorNameHeaderBackground:    rgb(0xEEEAE1),
	theme.ColorNameMenuBackground:      rgb(0xFFFFFF),
	theme.ColorNameOverlayBackground:   rgb(0xFBFAF7),
	theme.ColorNameScrollBar:           rgba(0x1E2A2B, 90),
	theme.ColorNameShadow:              rgba(0x1E2A2B, 56),
	ColorCard:                          rgb(0xFFFFFF),
	ColorRail:                          rgb(0xEBE7DD),
	ColorSubtle:                        rgb(0x5F6B69),
	ColorTint:                          rgba(0x1F6F69, 28),
	ColorStage:                         rgb(0x0E1213),
	ColorAlarm:                         rgb(0x9B1C1C),
	ColorTile:                          rgb(0xFFFFFF),
}

var dark = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0x14191B),
	theme.ColorNameForeground:          rgb(0xE8ECEA),
	theme.ColorNamePrimary:             rgb(0x5DC2B6),
	theme.ColorNameHyperlink:           rgb(0x5DC2B6),
	theme.ColorNameForegroundOnPrimary: rgb(0x0C1F1D),
	theme.ColorNameForegroundOnError:   rgb(0xFFFFFF),
	theme.ColorNameForegroundOnSuccess: rgb(0x08190F),
	theme.ColorNameForegroundOnWarning: rgb(0x201500),
	theme.ColorNameError:               rgb(0xE0675C),
	theme.ColorNameSuccess:             rgb(0x5FBF86),
	theme.ColorNameWarning:             rgb(0xE0A84A),
	theme.ColorNameButton:              rgb(0x2A3235),
	theme.ColorNameDisabledButton:      rgb(0x20272A),
	theme.ColorNameDisabled:            rgb(0x5E6A6B),
	theme.ColorNamePlaceHolder:         rgb(0x87928F),
	theme.ColorNameInputBackground:     rgb(0x161C1F),
	theme.ColorNameInputBorder:         rgb(0x56636A),
	theme.ColorNameSeparator:           rgb(0x283134),
	theme.ColorNameHover:               rgba(0xFFFFFF, 14),
	theme.ColorNamePressed:             rgba(0xFFFFFF, 36),
	theme.ColorNameFocus:               rgba(0x5DC2B6, 72),
	theme.ColorNameSelection:           rgba(0x5DC2B6, 56),
	theme.ColorNameHeaderBackground:    rgb(0x1A2023),
	theme.ColorNameMenuBackground:      rgb(0x222A2D),
	theme.ColorNameOverlayBackground:   rgb(0x1B2225),
	theme.ColorNameScrollBar:           rgba(0xFFFFFF, 90),
	theme.ColorNameShadow:              rgba(0x000000, 120),
	ColorCard:                          rgb(0x1D2427),
	ColorRail:                          rgb(0x101516),
	ColorSubtle:                        rgb(0x9CA8A5),
	ColorTint:                          rgba(0x5DC2B6, 34),
	ColorStage:                         rgb(0x0A0D0E),
	ColorAlarm:                         rgb(0x9B1C1C),
	ColorTile:                          rgb(0xFFFFFF),
}

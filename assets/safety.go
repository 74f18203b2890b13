package assets

import (
	"embed"
	"strings"
)

//go:embed safety/symbols.tsv
var symbolList string

//go:embed safety/pictures/*.svg
var symbolPictures embed.FS

// SafetySymbol is one of the 256 symbols in which people compare what their
// phones computed for a call. The word is the emoji's name, so that two people
// with different languages can compare too. The list
// must be the same in every phone: symbols are moved or replaced only with a
// new version of the exchange (package sas).
type SafetySymbol struct {
	Emoji  string
	EN, FR string
	file   string
}

// Word is the symbol's name in a language, "en" or "fr".
func (s SafetySymbol) Word(language string) string {
	if language == "fr" {
		return s.FR
	}
	return s.EN
}

// Picture is the SVG of the symbol, which needs no emoji font.
func (s SafetySymbol) Picture() []byte {
	b, err := symbolPictures.ReadFile("safety/pictures/" + s.file + ".svg")
	if err != nil {
		return nil // a test looks at all of them
	}
	return b
}

var symbols = readSymbols(symbolList)

func readSymbols(list string) (all [256]SafetySymbol) {
	i := 0
	for line := range strings.Lines(list) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 4 && i < len(all) {
			all[i] = SafetySymbol{Emoji: f[0], EN: f[1], FR: f[2], file: f[3]}
		}
		i++
	}
	return all
}

// Safety is the symbol of one byte.
func Safety(b byte) SafetySymbol { return symbols[b] }

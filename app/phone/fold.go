package phone

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes names comparable: no case, no accents, single spaces, and nothing
// that does not show.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Cf, r) && !Blank(r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Blank is of printable characters that show nothing: with them two names
// could look the same.
func Blank(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800:
		return true
	}
	return false
}

// Finder finds names while a person types: the names are folded once. It never
// changes, and may be used from any goroutine.
type Finder struct{ folded []string }

// NewFinder makes one for names, which are known by their places from then on.
func NewFinder(names []string) Finder {
	f := Finder{make([]string, len(names))}
	for i, name := range names {
		f.folded[i] = " " + Fold(name)
	}
	return f
}

// Find returns the places of the names that hold every word of query, those
// with all at the start of a word first; the order is otherwise kept. An empty
// query finds all.
func (f Finder) Find(query string) []int {
	words := strings.Fields(Fold(query))
	starts, within := make([]int, 0, len(f.folded)), []int(nil)
	for i, name := range f.folded {
		switch {
		case !holdsAll(name, words, ""):
		case holdsAll(name, words, " "):
			starts = append(starts, i)
		default:
			within = append(within, i)
		}
	}
	return append(starts, within...)
}

func holdsAll(name string, words []string, before string) bool {
	for _, w := range words {
		if !strings.Contains(name, before+w) {
			return false
		}
	}
	return true
}

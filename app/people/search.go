package people

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"paravent/app/phone"
)

// fold makes names comparable: no case, no accents, single spaces.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// SortByName sorts in place: by name without case and accents, then by id.
func SortByName(list []phone.Contact) {
	slices.SortFunc(list, func(a, b phone.Contact) int {
		return cmp.Or(strings.Compare(fold(a.Name), fold(b.Name)), strings.Compare(a.ID, b.ID))
	})
}

// Search keeps the contacts whose name holds every word of query, at the start
// of a word first; their order is otherwise kept. An empty query keeps all.
func Search(list []phone.Contact, query string) []phone.Contact {
	words := strings.Fields(fold(query))
	starts, within := []phone.Contact{}, []phone.Contact{}
	for _, c := range list {
		name := " " + fold(c.Name)
		switch {
		case !holdsAll(name, words, ""):
		case holdsAll(name, words, " "):
			starts = append(starts, c)
		default:
			within = append(within, c)
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

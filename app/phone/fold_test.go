package phone

import (
	"slices"
	"testing"
)

func TestFinderTable(t *testing.T) {
	names := []string{"Amélie Poulain", "Émile Zola", "Paul Amel", "Rosa"}
	f := NewFinder(names)
	for query, want := range map[string][]string{
		"":          names,
		"ame":       {"Amélie Poulain", "Paul Amel"},
		"AMÉL p":    {"Amélie Poulain", "Paul Amel"},
		"emile":     {"Émile Zola"},
		"a":         {"Amélie Poulain", "Paul Amel", "Émile Zola", "Rosa"}, // at the start of a word first
		"zola emi":  {"Émile Zola"},
		"nobody":    {},
		"  rosa   ": {"Rosa"},
	} {
		got := []string{}
		for _, i := range f.Find(query) {
			got = append(got, names[i])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

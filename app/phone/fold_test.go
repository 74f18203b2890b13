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

// Names that look the same are the same.
func TestFoldDropsWhatDoesNotShow(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Mei": "mei", " M\u200be\u2060i\u202e ": "mei", "Mei\u3164": "mei", "MÉI": "mei", "me\u00adi\ufe0f": "mei",
		"\u200b\u3164": "", "A\u00a0 \tB": "a b", "مريم": "مريم", "👩\u200d👧": "👩👧", "a\xffb": "a\ufffdb",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Émile", "İ", "ǅ", "\u0345", "a\u3164 b", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if again := Fold(once); again != once {
			t.Errorf("%q -> %q -> %q", s, once, again)
		}
	})
}

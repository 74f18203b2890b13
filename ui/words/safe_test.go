package words_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"paravent/ui/words"
)

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{
		"Élodie":                    "Élodie",
		"  two\t\nlines  ":          "two lines",
		"evil\u202egnp.exe":         "evilgnp.exe",
		"\u2067x\u2069":             "x",
		"a\x00b\x1b[31mc":           "ab[31mc",
		"z\u200bw\u2060\ufeff":      "zw",
		"bad\xff\xfeutf":            "badutf",
		"\u3164\u2800":              "",
		"e\u0301\u0301\u0301\u0301": "e\u0301\u0301",
	} {
		require.Equal(t, want, words.SafeName(in), "%q", in)
	}
	long := words.SafeName("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	require.Equal(t, 48, utf8.RuneCountInString(long))
	require.True(t, len(long) > 3 && long[len(long)-3:] == "…")
	require.Equal(t, "Unnamed", words.For("en").Name("\u202e"))
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"", "Ann", "a\u202eb", "\xff", "é\u0301\u0301\u0301", "👩‍👩‍👧", "\u3164 x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := words.SafeName(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 48 || words.SafeName(got) != got {
			t.Fatalf("%q -> %q", s, got)
		}
		for _, r := range got {
			if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
				t.Fatalf("%q -> %q keeps %U", s, got, r)
			}
		}
	})
}

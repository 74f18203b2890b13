package words_test

import (
	"strings"
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
		"Me\ufe0fi\U000e0101":       "Mei",
		"evil\u202egnp.exe":         "evilgnp.exe",
		"\u2067x\u2069":             "x",
		"a\x00b\x1b[31mc":           "ab[31mc",
		"z\u200bw\u2060\ufeff":      "zw",
		"bad\xff\xfeutf":            "badutf",
		"\u3164\u2800":              "",
		"e\u0301\u0301\u0301\u0301": "e\u0301\u0301",
		"":                          "", "👩 Ann 🇫🇷": "👩 Ann 🇫🇷", "مريم": "مريم", "שלום לך": "שלום לך",
		strings.Repeat("\u202e", 10<<20/3): "", strings.Repeat("漢", 10<<20/3): strings.Repeat("漢", 47) + "…",
	} {
		require.Equal(t, want, words.SafeName(in), "%.60q", in)
	}
	long := words.SafeName("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	require.Equal(t, 48, utf8.RuneCountInString(long))
	require.True(t, len(long) > 3 && long[len(long)-3:] == "…")
	require.Equal(t, "Unnamed", words.For("en").Name("\u202e"))
}

func TestSafeKnock(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"Hello\r\nit is  me":           "Hello it is me",
		"a\u202Egnp.exe\x00\u2066b":    "agnp.exeb",
		"👩\u200d👩\u200d👧":              "👩\u200d👩\u200d👧",
		"نامه\u200cای":                 "نامه\u200cای",
		"\u200da\u200d\u200d b":        "a\u200d b",
		"❤\ufe0f\ufe0f\u200d🔥":         "❤\ufe0f\u200d🔥",
		"bad\xff":                      "bad",
		"\u3164\u2800\u200b":           "",
		strings.Repeat("x", 10<<20):    strings.Repeat("x", 199) + "…",
		strings.Repeat("\x00", 10<<20): "",
	} {
		require.Equal(t, want, words.SafeKnock(in), "%.60q", in)
	}
}

// FuzzSafeTexts: whatever came in, one line that is harmless to show comes out.
func FuzzSafeTexts(f *testing.F) {
	for _, s := range []string{"", "a\u202eb", "\xff", "é\u0301\u0301\u0301", "👩\u200d👩\u200d👧", "\u3164 x", "\u200d\u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, safe := range []func(string) string{words.SafeKnock, words.SafeText} {
			got := safe(s)
			if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 200 || safe(got) != got {
				t.Fatalf("%q -> %q", s, got)
			}
			for _, r := range got {
				if unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
					t.Fatalf("%q -> %q keeps %U", s, got, r)
				}
			}
		}
	})
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

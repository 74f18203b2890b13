package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// plain is a word without case, accents and what joins its parts.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(s)))
}

func TestEverySafetySymbolIsUnmistakable(t *testing.T) {
	if n := strings.Count(symbolList, "\n"); n != 256 {
		t.Fatalf("%d symbols", n)
	}
	seen := map[string]map[string]bool{"emoji": {}, "en": {}, "fr": {}, "picture": {}}
	for i := range 256 {
		s := Safety(byte(i))
		sum := sha256.Sum256(s.Picture())
		for what, v := range map[string]string{
			"emoji": strings.TrimSuffix(s.Emoji, "\ufe0f"), "en": plain(s.EN), "fr": plain(s.FR), "picture": hex.EncodeToString(sum[:]),
		} {
			if v == "" || seen[what][v] {
				t.Errorf("symbol %d: the %s %q is empty or another one's", i, what, v)
			}
			seen[what][v] = true
		}
		for _, w := range []string{s.EN, s.FR} {
			if n := utf8.RuneCountInString(w); n < 2 || n > 14 || strings.Count(w, " ") > 2 || strings.TrimSpace(w) != w {
				t.Errorf("symbol %d: %q is no short word", i, w)
			}
		}
		if p := s.Picture(); !bytes.HasPrefix(p, []byte("<svg")) || bytes.Contains(p, []byte("radient")) {
			t.Errorf("symbol %d: no picture that every phone can draw", i)
		}
	}
}

// Two phones of different ages must show the same words: the list does not
// change.
func TestTheListOfSafetySymbolsStays(t *testing.T) {
	sum := sha256.Sum256([]byte(symbolList))
	const want = "db4678cba284a597bd23943d6058771540267cc65f643f40c0b6d90211871db2"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the list is another one, %s", got)
	}
}

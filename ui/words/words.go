// Package words turns what the phone knows into what people read, in English
// and in French. It imports no Fyne. A Words is an immutable value that any
// goroutine may use.
package words

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"paravent/assets"
)

// Languages are those the phone speaks, the fallback first.
var Languages = []string{"en", "fr"}

// Words speaks one language.
type Words struct {
	lang string
	text map[string]string
}

// For speaks lang ("en", "fr", or a locale such as "fr-CA" or "fr_FR.UTF-8"),
// and English where it does not know it.
func For(lang string) Words {
	lang, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(lang), "_", "-"), "-")
	raw := assets.Translation(lang)
	if raw == nil {
		lang = Languages[0]
		raw = assets.Translation(lang)
	}
	w := Words{lang: lang}
	if err := json.Unmarshal(raw, &w.text); err != nil {
		panic(fmt.Sprintf("translations/%s.json: %v", lang, err)) // embedded at build time, read by a test
	}
	return w
}

// Lang is "en" or "fr".
func (w Words) Lang() string { return w.lang }

// T is the text of key, with each {name} replaced by the value that follows
// that name in pairs. A key without text shows itself.
func (w Words) T(key string, pairs ...string) string {
	text, ok := w.text[key]
	if !ok {
		return key
	}
	if len(pairs) == 0 {
		return text
	}
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
		if w.lang == "fr" && vowel(pairs[i+1]) {
			text = strings.ReplaceAll(text, "de "+pairs[i], "d’"+pairs[i])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// vowel tells whether French shortens the word before name: d’Alice, de Zoé.
func vowel(name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	return strings.ContainsRune("aeiouàâäéèêëîïôöùûüœæ", unicode.ToLower(first))
}

// has tells whether key has a text.
func (w Words) has(key string) bool {
	_, ok := w.text[key]
	return ok
}

package identity

import (
	"errors"
	"strings"
	"testing"
)

func TestReadLinkPutsUpWithMailPrograms(t *testing.T) {
	a := testAddress(t, "phone.example.org:443")
	link := a.String()
	wrapped := link[:70] + "\n" + link[70:140] + "\r\n" + link[140:]
	for name, text := range map[string]string{
		"as it is": link, "space around": " \t" + link + "\n", "angle brackets": "<" + link + ">", "quotes": "« " + link + " »",
		"wrapped": wrapped, "wrapped and quoted": "> " + strings.ReplaceAll(wrapped, "\n", "\n> "),
		"soft breaks":   strings.ReplaceAll(wrapped, "\n", "=\n"),
		"spaces inside": link[:20] + " " + link[20:90] + "\u00a0" + link[90:], "words around": "Call me: " + link + ". Bye!",
		"wrapped, words around": "My address:\n" + wrapped + "\nSee you, Mei", "capital": "P" + link[1:], "all of the scheme": "PARAVENT:" + link[len(scheme):],
		"invisible": "\u202a" + link[:50] + "\u200b\u00ad" + link[50:] + "\u202c\ufeff", "nul": link[:50] + "\x00" + link[50:],
		"letters that grow": strings.Repeat("İ", 10) + link, "emoji around": "📞" + "\n" + link + "\n" + "👋", "right to left around": "اتصل بي " + link + " شكرا",
	} {
		if got, err := ReadLink(text); err != nil || got != a {
			t.Errorf("%s: %v, %v", name, err, got)
		}
	}
}

func TestReadLinkRefuses(t *testing.T) {
	link := testAddress(t, "nas:7000").String()
	for name, text := range map[string]string{
		"nothing": "", "scheme": "paravent:", "other scheme": "https://example.com", "short": link[:len(link)-1], "changed": link[:30] + "x" + link[31:],
		"a letter more": link + "x", "10 MB": link + strings.Repeat(" ", 10<<20), "10 MB of letters": "paravent:" + strings.Repeat("A", 10<<20),
		"many pieces": "paravent:" + strings.Repeat("A ", 5000),
		"not UTF-8":   link[:40] + "\xff\xfe" + link[40:], "another direction inside": link[:40] + "\u202e" + link[41:], "emoji inside": link[:40] + "👩\u200d👩\u200d👧" + link[40:],
		"right to left inside": link[:40] + "שלום" + link[40:], "controls only": "\x00\x1b[31m\u2028", "twice the scheme": "paravent:paravent:" + link[len(scheme)+1:],
		"other letters": strings.Replace(link, "a", "а", 1), "percent": strings.Replace(link, ":", "%3A", 1),
	} {
		if got, err := ReadLink(text); !errors.Is(err, ErrBadAddress) {
			t.Errorf("%s: %v, %v", name, err, got)
		}
	}
}

func FuzzReadLink(f *testing.F) {
	link := testAddress(f, "nas:7000").String()
	f.Add(link)
	f.Add("> <" + link[:50] + "=\n> " + link[50:] + ">.")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ReadLink(text)
		strict, strictErr := ParseAddress(text)
		if (err == nil) != (a.String() != "") || strictErr == nil && a != strict {
			t.Errorf("%q: %v, %v", text, err, a)
		}
	})
}

package card

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

const link = "paravent:AbCd-_09"

func read(t *testing.T, text string) []Card {
	t.Helper()
	cards, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return cards
}

func vcard(lines ...string) string {
	return "BEGIN:VCARD\r\nVERSION:4.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCARD\r\n"
}

func TestWriteIsAVCard(t *testing.T) {
	var b bytes.Buffer
	long := "paravent:" + strings.Repeat("x", 200)
	if err := Write(&b, []Card{{Name: "Zoé; B, C\\D\nE", Links: []string{long}}}); err != nil {
		t.Fatal(err)
	}
	want := "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zoé\\; B\\, C\\\\D\\nE\r\nIMPP:paravent:" + strings.Repeat("x", 61) + "\r\n " +
		strings.Repeat("x", 74) + "\r\n " + strings.Repeat("x", 65) + "\r\nEND:VCARD\r\n"
	if b.String() != want {
		t.Errorf("%q", b.String())
	}
}

// Whatever the names are, what was written is read again, in lines of at most
// 75 bytes and whole characters.
func TestRoundTrip(t *testing.T) {
	name := rapid.StringOf(rapid.RuneFrom([]rune("ab ,;:\\=\"\n\t漢🙂éя\u202e٣"))).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	rapid.Check(t, func(t *rapid.T) {
		cards := []Card{}
		for range rapid.IntRange(1, 4).Draw(t, "cards") {
			c := Card{Name: name.Draw(t, "name"), Links: []string{"paravent:" + rapid.StringMatching(`[A-Za-z0-9_-]{1,300}`).Draw(t, "link")}}
			cards = append(cards, c)
		}
		var b bytes.Buffer
		if err := Write(&b, cards); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\r\n") {
			if len(line) > maxLine || !utf8.ValidString(line) {
				t.Fatalf("%d bytes: %q", len(line), line)
			}
		}
		got, err := Read(&b)
		if err != nil || !slices.EqualFunc(got, cards, same) {
			t.Fatalf("%v: %+v, want %+v", err, got, cards)
		}
	})
}

func same(a, b Card) bool {
	return a.Name == b.Name && a.Cut == b.Cut && slices.Equal(a.Links, b.Links)
}

func TestReadsWhatOtherProgramsWrite(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		want Card
	}{
		"this one": {vcard("FN:Zoé", "IMPP:"+link), Card{Name: "Zoé", Links: []string{link}}},
		"capitals, parameters, group": {vcard("fn;LANGUAGE=fr:Zoé", "item1.impp;X-SERVICE-TYPE=Paravent;TYPE=\"home:a;b\";PREF=1:PARAVENT:"+link[9:]),
			Card{Name: "Zoé", Links: []string{link}}},
		"a web page, and X-": {vcard("FN:Zoé", "URL:https://example.com", "X-PARAVENT:"+link+"2", "URL;TYPE=work:"+link, "IMPP:xmpp:a@b", "IMPP:"+link+"1"),
			Card{Name: "Zoé", Links: []string{link + "1", link + "2", link}}},
		"3.0, names in parts":        {"BEGIN:vCard\nVERSION:3.0\nN:Poulain;Amélie;Rose\\, Lily;;\nURL:" + link + "\nEND:vCard\n", Card{Name: "Amélie Rose, Lily Poulain", Links: []string{link}}},
		"2.1, quoted-printable":      {"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=\r\n=A9 B\r\nURL:" + link + "\r\nEND:VCARD", Card{Name: "Zoé B", Links: []string{link}}},
		"folded by tab, in an é":     {"BEGIN:VCARD\nFN:Zo\xc3\n\t\xa9\nIMPP:para\n vent:AbCd\n -_09\nEND:VCARD", Card{Name: "Zo\uFFFD\uFFFD", Links: []string{link}}},
		"old line ends, a mark":      {"\uFEFFBEGIN:VCARD\rFN:Zoé\rIMPP:" + link + "\rEND:VCARD\r", Card{Name: "Zoé", Links: []string{link}}},
		"words before and behind":    {"Dear all,\r\nhere: \r\n" + vcard("FN:Zoé") + "Bye", Card{Name: "Zoé"}},
		"no address":                 {vcard("FN:Zoé", "TEL:+15550100", "NOTE:"+link, "IMPP:", "IMPP"), Card{Name: "Zoé"}},
		"no name":                    {vcard("IMPP:" + link), Card{Links: []string{link}}},
		"empty name, N as a way out": {vcard("FN: ", "N:B;Zoé"), Card{Name: "Zoé B"}},
		"twice a name":               {vcard("FN:Zoé", "FN:Other"), Card{Name: "Zoé"}},
		"a quote that does not end":  {vcard("FN;X=\"a:Zoé"), Card{}},
		"file ends":                  {"BEGIN:VCARD\nFN:Zoé\nIMPP:" + link, Card{Name: "Zoé", Links: []string{link}, Cut: true}},
		"binary":                     {vcard("PHOTO;ENCODING=b:"+strings.Repeat("QUJD\r\n ", 1000), "FN:\x00\xff"), Card{Name: "\x00\uFFFD"}},
		"a backslash at the end":     {vcard(`FN:a\,b\n\c\\\`), Card{Name: "a,b\nc\\\\"}},
	} {
		if got := read(t, row.text); len(got) != 1 || !same(got[0], row.want) {
			t.Errorf("%s: %+v, want %+v", name, got, row.want)
		}
	}
}

func TestACardWithinACardIsCut(t *testing.T) {
	got := read(t, "BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nEND:VCARD\nFN:C\n")
	if want := []Card{{Name: "A", Cut: true}, {Name: "B"}}; !slices.EqualFunc(got, want, same) {
		t.Errorf("%+v", got)
	}
}

func TestRefusesWhatIsTooMuch(t *testing.T) {
	one := vcard("FN:A")
	for name, row := range map[string]struct {
		r    io.Reader
		want error
	}{
		"empty": {strings.NewReader(""), ErrNone}, "words": {strings.NewReader("hello"), ErrNone},
		"a picture":     {strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), ErrNone},
		"other objects": {strings.NewReader("BEGIN:VCALENDAR\nEND:VCALENDAR"), ErrNone},
		"10,000":        {strings.NewReader(strings.Repeat(one, MaxCards)), nil}, "10,001": {strings.NewReader(strings.Repeat(one, MaxCards+1)), ErrTooMany},
		"10 MB": {io.MultiReader(strings.NewReader(one), io.LimitReader(zeros{}, MaxFile)), ErrTooLarge}, "endless": {zeros{}, ErrTooLarge},
	} {
		if _, err := Read(row.r); !errors.Is(err, row.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// Ten megabytes in the shapes that make careless readers take minutes.
func TestReadsTheWorstInOnePass(t *testing.T) {
	pad := func(piece string) string { return strings.Repeat(piece, (MaxFile-200)/len(piece)) }
	for name, text := range map[string]string{
		"one name": vcard("FN:" + pad("a")), "folds": vcard("FN:" + pad("\n a")), "empty folds": vcard("FN:" + pad("\n ")), "soft breaks": vcard("FN;ENCODING=QUOTED-PRINTABLE:" + pad("=\n")),
		"parameters": vcard("FN;" + pad("A=B;")), "quotes": vcard("FN;A=" + pad(`"`)), "backslashes": vcard("N:" + pad(`\`)), "semicolons": vcard("N:" + pad(`;`)),
		"lines": vcard(pad("\n")), "links": vcard(pad("URL:paravent:\n")), "groups": vcard(pad(".") + "FN:A"),
	} {
		begun := time.Now()
		if cards := read(t, text); len(cards) != 1 {
			t.Errorf("%s: %d cards", name, len(cards))
		}
		// Seconds on a busy machine; what looks back at every byte takes hours.
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(vcard("FN:Zoé", "IMPP:"+link))
	f.Add("BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:=C3=\n=A9\na.N:a;b\\;c\nEND:VCARD")
	f.Fuzz(func(t *testing.T, text string) {
		cards, err := Read(strings.NewReader(text))
		if (err == nil) != (len(cards) > 0) {
			t.Fatalf("%v, %d", err, len(cards))
		}
		for _, c := range cards {
			if !utf8.ValidString(c.Name + fmt.Sprint(c.Links)) {
				t.Errorf("%+v", c)
			}
		}
	})
}

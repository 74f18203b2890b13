package card

import (
	"bytes"
	"fmt"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"

	"paravent/app/phone"
)

// scheme is how a call address begins.
const scheme = "paravent:"

// Read reads the vCards of a file, of version 4.0 and of the older ones.
// Errors: ErrNone, ErrTooLarge, ErrTooMany, phone.ErrFile.
func Read(r io.Reader) ([]Card, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", phone.ErrFile, err)
	case len(content) > MaxFile:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxFile)
	}
	return parse(string(bytes.ToValidUTF8(content, []byte("\uFFFD"))))
}

func parse(text string) ([]Card, error) {
	var p parser
	text = strings.TrimPrefix(text, "\uFEFF")
	for text != "" {
		var line string
		line, text = unfold(text)
		if !p.take(property(line)) {
			return nil, fmt.Errorf("%w: more than %d", ErrTooMany, MaxCards)
		}
	}
	p.end(true)
	if len(p.cards) == 0 {
		return nil, ErrNone
	}
	return p.cards, nil
}

// parser gathers cards from properties.
//
//	outside -- BEGIN --> inside -- END --> outside
//	                       '-- BEGIN, end of file: the card was cut
type parser struct {
	cards  []Card
	inside bool
	now    Card
	full   string   // FN
	parts  string   // N
	chat   []string // links of IMPP; others stand behind them
}

// take goes on by one property; it tells whether there is room for it.
func (p *parser) take(name, value string) bool {
	value = strings.TrimSpace(value)
	switch {
	case name == "BEGIN" && strings.EqualFold(value, "VCARD"):
		p.end(true)
		p.inside = true
		return len(p.cards) < MaxCards
	case !p.inside:
	case name == "END" && strings.EqualFold(value, "VCARD"):
		p.end(false)
	case name == "FN" && p.full == "":
		p.full = unescape(value)
	case name == "N" && p.parts == "":
		p.parts = value
	case !holdsLinks(name):
	case len(value) >= len(scheme) && strings.EqualFold(value[:len(scheme)], scheme):
		link := scheme + unescape(value)[len(scheme):]
		if name == "IMPP" {
			p.chat = append(p.chat, link)
		} else {
			p.now.Links = append(p.now.Links, link)
		}
	}
	return true
}

// holdsLinks tells the properties in which programs keep an address that they
// do not know.
func holdsLinks(name string) bool {
	return name == "IMPP" || name == "URL" || name == "SOCIALPROFILE" || name == "CONTACT-URI" || strings.HasPrefix(name, "X-")
}

func (p *parser) end(cut bool) {
	if !p.inside {
		return
	}
	p.now.Links = slices.Concat(p.chat, p.now.Links)
	p.now.Name, p.now.Cut = p.full, cut
	if strings.TrimSpace(p.full) == "" {
		p.now.Name = ordered(p.parts)
	}
	*p = parser{cards: append(p.cards, p.now)}
}

// ordered is an N property as people say it: given, additional, family name.
func ordered(parts string) string {
	fields := components(parts)
	return strings.Join(strings.Fields(fields[1]+" "+fields[2]+" "+fields[0]), " ")
}

// components are the first three of a compound value, which semicolons part.
func components(s string) (fields [3]string) {
	n, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ';':
			fields[n] = unescape(s[from:i]) //nolint:gosec // it returns before n is out of range
			from = i + 1
			if n++; n == len(fields) {
				return fields
			}
		}
	}
	fields[n] = unescape(s[from:])
	return fields
}

// unescape undoes section 3.4; a backslash before anything else is dropped.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if i++; s[i] == 'n' || s[i] == 'N' {
			b.WriteByte('\n')
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// unfold takes the first line off a text, with those that continue it: those
// that begin with space, and in version 2.1 those after a soft line break.
func unfold(text string) (line, rest string) {
	var b strings.Builder
	line, rest = cut(text)
	for soft := quoted(line); ; {
		switch {
		case soft && strings.HasSuffix(line, "=") && rest != "":
			b.WriteString(line[:len(line)-1])
			line, rest = cut(rest)
		case rest != "" && (rest[0] == ' ' || rest[0] == '\t'):
			b.WriteString(line)
			line, rest = cut(rest[1:])
		default:
			b.WriteString(line)
			return b.String(), rest
		}
	}
}

// cut ends the first line at LF, CRLF, or the CR of very old programs.
func cut(text string) (line, rest string) {
	i := strings.IndexAny(text, "\r\n")
	if i < 0 {
		return text, ""
	}
	if strings.HasPrefix(text[i:], "\r\n") {
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}

// quoted tells a line in the quoted-printable encoding of version 2.1.
func quoted(line string) bool {
	head, _, _ := strings.Cut(line, ":")
	return len(head) < maxHead && strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// maxHead is more than names and parameters of a property that is read have.
const maxHead = 1024

// property parts a line into the property's name, in capitals and without its
// group, and its value. Parameters may hold colons, in quotes.
func property(line string) (name, value string) {
	inQuotes, end := false, -1
	for i := 0; i < min(len(line), maxHead) && value == ""; i++ {
		switch line[i] {
		case '"':
			inQuotes = !inQuotes
		case ';', ':':
			if end < 0 {
				end = i
			}
			if line[i] == ':' && !inQuotes {
				value = line[i+1:]
			}
		}
	}
	if end < 0 {
		return "", ""
	}
	name = strings.ToUpper(line[:end])
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		name = name[dot+1:]
	}
	if quoted(line) {
		if b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(value))); err == nil {
			value = strings.ToValidUTF8(string(b), "\uFFFD")
		}
	}
	return name, value
}

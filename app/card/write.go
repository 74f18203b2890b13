package card

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

// maxLine is how many bytes a line should have at most (RFC 6350 section 3.2).
const maxLine = 75

// escape does what section 3.4 asks for in text.
var escape = strings.NewReplacer(`\`, `\\`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`, ",", `\,`, ";", `\;`)

// Write writes vCards of version 4.0 (RFC 6350). The first link of a card is
// its call address; a URI holds nothing that would have to be escaped.
func Write(w io.Writer, cards []Card) error {
	b := bufio.NewWriter(w)
	for _, c := range cards {
		fold(b, "BEGIN:VCARD")
		fold(b, "VERSION:4.0")
		fold(b, "FN:"+escape.Replace(c.Name))
		for _, link := range c.Links {
			fold(b, "IMPP:"+link)
		}
		fold(b, "END:VCARD")
	}
	return b.Flush()
}

// fold writes a line in pieces, none of which ends within a character. What
// fails is kept in b until it is flushed.
func fold(b *bufio.Writer, line string) {
	for room := maxLine; len(line) > room; room = maxLine - 1 {
		at := room
		for at > 1 && !utf8.RuneStart(line[at]) {
			at--
		}
		_, _ = b.WriteString(line[:at] + "\r\n ")
		line = line[at:]
	}
	_, _ = b.WriteString(line + "\r\n")
}

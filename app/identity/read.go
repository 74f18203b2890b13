package identity

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// How much text a person may hand over to have the link in it read, and of how
// many pieces the link may be.
const (
	maxPassage = 16 << 10
	maxPieces  = 64
)

// ReadLink reads the link in a text that a person was sent. Unlike ParseAddress
// it puts up with words around it, a capital at its beginning, and what mail
// programs and editors do to it: line breaks and white space inside, quotation
// marks, invisible characters. The check at the link's end keeps it from
// reading another one than was meant. Errors are ErrBadAddress.
func ReadLink(text string) (Address, error) {
	if len(text) > maxPassage {
		return Address{}, fmt.Errorf("%w: %d bytes", ErrBadAddress, len(text))
	}
	at := beginning.FindStringIndex(text)
	if at == nil {
		return ParseAddress(text)
	}
	link := scheme
	var first error
	for i, piece := range strings.Fields(strings.Map(visible, text[at[1]:])) {
		if link += strings.Trim(piece, quotation); i == maxPieces || len(link) > maxAddress {
			break
		}
		address, err := ParseAddress(link)
		if err == nil {
			return address, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%w: not complete", ErrBadAddress)
	}
	return Address{}, first
}

var beginning = regexp.MustCompile("(?i)" + scheme)

// quotation is what stands around links, and at the ends of lines in
// quoted-printable text; a link holds none of it.
const quotation = "<>\"'“”„‘’«»‹›()[]{}.,;!?=|"

// visible drops what nobody sees.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

// Package card reads and writes vCards: a person's name and the call address
// as a URI, nothing else. Files come from anybody and from any program: size
// and count are limited, lines of any length and encoding are read in one pass,
// and what is not understood is passed over. Both functions are pure and may be
// called from any goroutine.
//
//	file -> lines, unfolded -> properties -> cards: FN or N; IMPP, URL, X-... that hold "paravent:"
package card

import "paravent/app/phone"

// Faults of this package.
var (
	ErrNone     = phone.NewFault("cards-none")      // there is no vCard in the file
	ErrTooLarge = phone.NewFault("cards-too-large") // more bytes than MaxFile
	ErrTooMany  = phone.NewFault("cards-too-many")  // more cards than MaxCards
)

// Limits of a file.
const (
	MaxFile  = 10 << 20 // bytes
	MaxCards = 10_000
)

// Card is what is read of one vCard, or written as one.
type Card struct {
	Name  string   // as the file has it, which is not safe to show; "" where it has none
	Links []string // what begins like a call address, the preferred one first
	Cut   bool     // the file ended, or the next card began, within this one
}

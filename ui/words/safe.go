package words

import (
	"strings"
	"unicode"

	"paravent/app/phone"
)

// How many characters of a peer's name and of an error's detail are shown.
const (
	maxName = 48
	maxText = 200
)

// SafeName makes a name that a peer chose harmless to show: one line, no
// control, direction or invisible formatting characters, few stacked marks,
// and not too long. An empty result is possible.
func SafeName(name string) string { return safe(name, maxName, keepNone) }

// SafeKnock does the same with what somebody left at the door. It keeps the
// joiners of emoji and scripts where they join something.
func SafeKnock(text string) string { return safe(text, maxText, keepJoiners) }

// emojiStyle asks for the emoji of a sign that is also a letter.
const emojiStyle = 0xFE0F

func keepJoiners(before, r rune) bool {
	joins := func(r rune) bool { return r == 0x200C || r == 0x200D }
	return (joins(r) || r == emojiStyle) && !joins(before) && before != r && before != ' '
}

func keepNone(rune, rune) bool { return false }

// SafeText does the same with a longer text that may hold bytes of others.
func SafeText(text string) string { return safe(text, maxText, keepNone) }

func safe(name string, limit int, keep func(before, r rune) bool) string {
	out := make([]rune, 0, limit)
	marks := 0
	for _, r := range strings.ToValidUTF8(name, "") {
		switch {
		case unicode.IsSpace(r):
			r, marks = ' ', 0
			if len(out) == 0 || out[len(out)-1] == ' ' {
				continue
			}
		case len(out) > 0 && keep(out[len(out)-1], r):
		case !unicode.IsPrint(r) || invisible(r):
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > 2 || len(out) == 0 {
				continue
			}
		default:
			marks = 0
		}
		if len(out) == limit {
			return strings.TrimRight(string(out[:limit-1]), " ") + "…"
		}
		out = append(out, r)
	}
	return strings.TrimRight(string(out), " ")
}

// invisible names printable characters that show nothing and could make two
// names look the same.
func invisible(r rune) bool { return phone.Blank(r) || unicode.Is(unicode.Variation_Selector, r) }

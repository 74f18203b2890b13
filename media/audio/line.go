package audio

import "paravent/media/audio/stretch"

// The line keeps a little of what was played, because stretching looks back at it.
const (
	lineHistory = stretch.Longest
	lineLength  = 4 * longestPacket
)

// line holds decoded sound that waits to be played.
//
//	samples: [ played before | waiting | free ]
//	                         ^at       ^end
type line struct {
	samples [lineLength]int16
	at, end int
}

func (l *line) waiting() int { return l.end - l.at }

// room returns space for exactly n samples; added(n) makes them wait. The
// capacity is exact too: the Opus binding writes up to the capacity.
func (l *line) room(n int) []int16 {
	if l.end+n > len(l.samples) {
		l.compact()
	}
	return l.samples[l.end : l.end+n : l.end+n]
}

func (l *line) added(n int) { l.end += n }

func (l *line) compact() {
	from := max(0, l.at-lineHistory)
	copy(l.samples[:], l.samples[from:l.end])
	l.at -= from
	l.end -= from
}

// silence adds n zeros.
func (l *line) silence(n int) {
	clear(l.room(n))
	l.added(n)
}

// take plays into out, which must not be longer than waiting.
func (l *line) take(out []int16) {
	l.at += copy(out, l.samples[l.at:l.end])
}

// cut shortens what waits by at most limit samples and tells by how many.
func (l *line) cut(limit int) int {
	n := stretch.Cut(l.samples[l.at:l.end], limit)
	l.end -= n
	return n
}

// add lengthens what waits by at most limit samples and tells by how many.
func (l *line) add(limit int) int {
	if l.end+stretch.Longest > len(l.samples) {
		l.compact()
	}
	from := max(0, l.at-lineHistory)
	n := stretch.Add(l.samples[from:l.end], l.at-from, limit)
	l.end += n
	return n
}

package widgets

import (
	"fyne.io/fyne/v2"

	"paravent/ui/words"
)

// Env is what a screen is given: the language, its window and where it tells
// of failures.
type Env struct {
	Words  words.Words
	Window fyne.Window
	// Fail shows err in words until it is dismissed; nil does nothing.
	Fail func(err error)
	// Spawn runs work away from the drawing goroutine. Work returns what is
	// then run on the drawing goroutine, or nil.
	Spawn func(work func() (done func()))
}

package code

import (
	"context"
	"image"
)

// Scanner looks for codes in the pictures of a camera, beside the camera's own
// goroutine: pictures that come while it still looks at one before are passed
// over.
type Scanner struct {
	turn  chan struct{} // held while a picture is looked at
	found chan []string
}

// NewScanner makes one that saw nothing yet.
func NewScanner() *Scanner {
	return &Scanner{turn: make(chan struct{}, 1), found: make(chan []string, 1)}
}

// See looks at a picture, which it copies. It never waits.
func (s *Scanner) See(picture *image.YCbCr) {
	select {
	case s.turn <- struct{}{}:
	default:
		return
	}
	g := grey(picture)
	go func() {
		defer func() { <-s.turn }()
		if texts, err := look(g); err == nil {
			select {
			case s.found <- texts:
			default: // as good as what waits there
			}
		}
	}()
}

// Found delivers the texts of the codes in a picture, each once.
func (s *Scanner) Found() <-chan []string { return s.found }

func look(g *image.Gray) (texts []string, err error) {
	defer func() {
		if recover() != nil {
			texts, err = nil, ErrNone
		}
	}()
	return search(context.Background(), g, glance)
}

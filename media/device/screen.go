package device

import (
	"fmt"
	"image"
	"strings"
	"sync"
	"sync/atomic"

	"paravent/media/y4m"
)

// Screen shows pictures. Show is called from one media goroutine with a 4:2:0
// picture that is valid only until Show returns; it must not block. Close ends
// it and may be called from any goroutine.
type Screen interface {
	Show(picture *image.YCbCr)
	Close() error
}

// ScreenKind says where pictures go.
type ScreenKind uint8

// The kinds of screen.
const (
	ScreenNull ScreenKind = iota // nowhere
	ScreenFile                   // the y4m file at Path
)

// ScreenSpec is a parsed choice of screen. The zero value is the null screen.
type ScreenSpec struct {
	Kind ScreenKind
	Path string // ScreenFile
}

// ParseScreen reads "file:Y.y4m" or "null". The file is made when the screen is opened.
func ParseScreen(text string) (ScreenSpec, error) {
	kind, rest, has := strings.Cut(text, ":")
	switch {
	case kind == "null" && !has:
		return ScreenSpec{Kind: ScreenNull}, nil
	case kind == "file" && rest != "":
		return ScreenSpec{Kind: ScreenFile, Path: rest}, nil
	}
	return ScreenSpec{}, fmt.Errorf("%w: screen %q", ErrBadSpec, text)
}

// String is the text that ParseScreen reads.
func (s ScreenSpec) String() string {
	switch s.Kind {
	case ScreenNull:
		return "null"
	case ScreenFile:
		return "file:" + s.Path
	}
	return fmt.Sprintf("unknown-%d", s.Kind)
}

// OpenScreen makes the screen. A file gets the given size and rate whatever
// arrives: pictures of other sizes are scaled (nearest pixel).
func OpenScreen(spec ScreenSpec, format CameraFormat) (Screen, error) {
	switch spec.Kind {
	case ScreenNull:
		return nullScreen{}, nil
	case ScreenFile:
		header := y4m.Header{Width: format.Width, Height: format.Height, Num: format.FPS, Den: 1}
		file, err := y4m.Create(spec.Path, header)
		if err != nil {
			return nil, fmt.Errorf("screen: %w", err)
		}
		return newFileScreen(file, header), nil
	}
	return nil, fmt.Errorf("%w: screen kind %d", ErrBadSpec, spec.Kind)
}

type nullScreen struct{}

func (nullScreen) Show(*image.YCbCr) {}
func (nullScreen) Close() error      { return nil }

// fileScreen writes pictures in a goroutine of its own. Its pictures go round
// between two channels; where the disk is late, pictures are dropped and counted.
type fileScreen struct {
	file    *y4m.Writer
	free    chan *image.YCbCr
	full    chan *image.YCbCr
	dropped atomic.Uint64
	done    chan error // the writer's end, one value

	mu     sync.Mutex // guards closed, and full against sends after its close
	closed bool
}

func newFileScreen(file *y4m.Writer, h y4m.Header) *fileScreen {
	const pictures = 4
	s := &fileScreen{
		file: file, done: make(chan error, 1),
		free: make(chan *image.YCbCr, pictures), full: make(chan *image.YCbCr, pictures),
	}
	for range pictures {
		s.free <- y4m.NewPicture(h.Width, h.Height)
	}
	go s.write()
	return s
}

// Show copies the picture for the writer, or drops it.
func (s *fileScreen) Show(picture *image.YCbCr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case p := <-s.free:
		fit(p, picture)
		s.full <- p
	default:
		s.dropped.Add(1)
	}
}

// Dropped counts the pictures that the disk was too slow for.
func (s *fileScreen) Dropped() uint64 { return s.dropped.Load() }

// Close writes what is waiting and closes the file. The error is the first of writing.
func (s *fileScreen) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.full)
	return <-s.done
}

func (s *fileScreen) write() {
	var failed error
	for p := range s.full {
		if failed == nil {
			failed = s.file.Write(p)
		}
		s.free <- p
	}
	if err := s.file.Close(); failed == nil {
		failed = err
	}
	s.done <- failed
}

// fit copies src into dst, picking the nearest pixels where sizes differ.
func fit(dst, src *image.YCbCr) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	fitPlane(dst.Y, dst.YStride, w, h, src.Y, src.YStride, sw, sh)
	fitPlane(dst.Cb, dst.CStride, (w+1)/2, (h+1)/2, src.Cb, src.CStride, (sw+1)/2, (sh+1)/2)
	fitPlane(dst.Cr, dst.CStride, (w+1)/2, (h+1)/2, src.Cr, src.CStride, (sw+1)/2, (sh+1)/2)
}

func fitPlane(dst []byte, stride, w, h int, src []byte, srcStride, sw, sh int) {
	for y := range h {
		row, from := dst[y*stride:][:w], src[y*sh/h*srcStride:][:sw]
		if sw == w {
			copy(row, from)
			continue
		}
		for x := range row {
			row[x] = from[x*sw/w]
		}
	}
}

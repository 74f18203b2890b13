// Package y4m reads and writes YUV4MPEG2 files (uncompressed 4:2:0 video), the
// file form of cameras and screens. Its values hold no locks: use each from
// one goroutine at a time.
package y4m

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"strconv"
)

// The reasons for which a file is refused. Every error of this package wraps
// one of them, or the operating system's error for a file that cannot be used.
var (
	ErrNotY4M    = errors.New("not a y4m file")
	ErrNot420    = errors.New("y4m file is not 8-bit 4:2:0")
	ErrSize      = errors.New("y4m picture size is not supported")
	ErrRate      = errors.New("y4m frame rate is not supported")
	ErrTruncated = errors.New("y4m file ends within a picture")
	ErrEmpty     = errors.New("y4m file holds no picture")
)

// Limits of what is accepted.
const (
	MaxSide = 2048 // pixels, width and height
	MaxRate = 240  // pictures per second

	maxLine = 1024 // bytes of a header line
	magic   = "YUV4MPEG2"
	mark    = "FRAME"
)

// Header describes the pictures of a file.
type Header struct {
	Width, Height int // pixels, 2 to MaxSide
	Num, Den      int // pictures per second is Num/Den
}

// FPS is the number of pictures per second.
func (h Header) FPS() float64 { return float64(h.Num) / float64(h.Den) }

// ParseHeader reads the first line of a file, without its line feed.
func ParseHeader(line []byte) (Header, error) {
	fields := bytes.Fields(line)
	if len(fields) == 0 || string(fields[0]) != magic {
		return Header{}, ErrNotY4M
	}
	h := Header{Num: 30, Den: 1}
	for _, field := range fields[1:] {
		value := string(field[1:])
		var err error
		switch field[0] {
		case 'W':
			h.Width, err = strconv.Atoi(value)
		case 'H':
			h.Height, err = strconv.Atoi(value)
		case 'F':
			h.Num, h.Den, err = parseRate(value)
		case 'C':
			if value != "420" && value != "420jpeg" && value != "420mpeg2" && value != "420paldv" {
				err = fmt.Errorf("%w: colour space %q", ErrNot420, value)
			}
		}
		if errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange) {
			err = fmt.Errorf("%w: %q", ErrNotY4M, field)
		}
		if err != nil {
			return Header{}, err
		}
	}
	return h, h.check()
}

func parseRate(text string) (num, den int, err error) {
	n, d, ok := bytes.Cut([]byte(text), []byte(":"))
	if !ok {
		return 0, 0, fmt.Errorf("%w: %q", ErrRate, text)
	}
	if num, err = strconv.Atoi(string(n)); err != nil {
		return 0, 0, err
	}
	den, err = strconv.Atoi(string(d))
	return num, den, err
}

func (h Header) check() error {
	if h.Width < 2 || h.Height < 2 || h.Width > MaxSide || h.Height > MaxSide {
		return fmt.Errorf("%w: %dx%d", ErrSize, h.Width, h.Height)
	}
	if h.Num <= 0 || h.Den <= 0 || h.FPS() > MaxRate || h.FPS() < 1.0/MaxRate {
		return fmt.Errorf("%w: %d/%d", ErrRate, h.Num, h.Den)
	}
	return nil
}

// Reader reads the pictures of a file, again from the start when Rewind is called.
type Reader struct {
	header Header
	start  int64 // offset of the first picture
	file   *os.File
	buf    *bufio.Reader
}

// Open opens path and checks that it holds at least one whole picture.
func Open(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: file, buf: bufio.NewReaderSize(file, 64<<10)}
	if err := r.examine(); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Probe checks path as Open does, and closes it.
func Probe(path string) (Header, error) {
	r, err := Open(path)
	if err != nil {
		return Header{}, err
	}
	return r.header, r.Close()
}

func (r *Reader) examine() error {
	line, err := r.line()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotY4M, err)
	}
	if r.header, err = ParseHeader(line); err != nil {
		return err
	}
	r.start = int64(len(line)) + 1
	err = r.Next(NewPicture(r.header.Width, r.header.Height))
	if errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	if err != nil {
		return err
	}
	return r.Rewind()
}

// Header describes the pictures.
func (r *Reader) Header() Header { return r.header }

// Next reads one picture into p, which must be as NewPicture makes it for the
// header's size. io.EOF after the last one.
func (r *Reader) Next(p *image.YCbCr) error {
	line, err := r.line()
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return io.EOF
	}
	if err != nil || !bytes.HasPrefix(line, []byte(mark)) {
		return fmt.Errorf("%w: no frame mark", ErrTruncated)
	}
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		if _, err := io.ReadFull(r.buf, plane); err != nil {
			return fmt.Errorf("%w: %w", ErrTruncated, err)
		}
	}
	return nil
}

// Rewind makes Next return the first picture again.
func (r *Reader) Rewind() error {
	if _, err := r.file.Seek(r.start, io.SeekStart); err != nil {
		return err
	}
	r.buf.Reset(r.file)
	return nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

// line reads up to the next line feed, which it drops. The bytes are valid until the next read.
func (r *Reader) line() ([]byte, error) {
	line, err := r.buf.ReadSlice('\n')
	if err != nil {
		return line, err
	}
	if len(line) > maxLine {
		return nil, ErrNotY4M
	}
	return line[:len(line)-1], nil
}

// NewPicture makes a 4:2:0 picture whose planes are exactly those of a file.
func NewPicture(width, height int) *image.YCbCr {
	cw, ch := (width+1)/2, (height+1)/2
	buf := make([]byte, width*height+2*cw*ch)
	luma, chroma := width*height, cw*ch
	return &image.YCbCr{
		Y: buf[:luma:luma], Cb: buf[luma : luma+chroma : luma+chroma], Cr: buf[luma+chroma:],
		YStride: width, CStride: cw, SubsampleRatio: image.YCbCrSubsampleRatio420,
		Rect: image.Rect(0, 0, width, height),
	}
}

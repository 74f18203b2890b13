package y4m

import (
	"bufio"
	"fmt"
	"image"
	"os"
)

// Writer writes pictures of one size to a file.
type Writer struct {
	header Header
	file   *os.File
	buf    *bufio.Writer
}

// Create makes the file at path, or empties it, and writes its header.
func Create(path string, h Header) (*Writer, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{header: h, file: file, buf: bufio.NewWriterSize(file, 64<<10)}
	if _, err := fmt.Fprintf(w.buf, "%s W%d H%d F%d:%d Ip A1:1 C420jpeg\n", magic, h.Width, h.Height, h.Num, h.Den); err != nil {
		_ = file.Close()
		return nil, err
	}
	return w, nil
}

// Write appends one picture, which must be 4:2:0 and of the header's size.
func (w *Writer) Write(p *image.YCbCr) error {
	if p.SubsampleRatio != image.YCbCrSubsampleRatio420 || p.Rect.Dx() != w.header.Width || p.Rect.Dy() != w.header.Height {
		return fmt.Errorf("%w: %v", ErrSize, p.Rect.Size())
	}
	if _, err := w.buf.WriteString(mark + "\n"); err != nil {
		return err
	}
	cw, ch := (w.header.Width+1)/2, (w.header.Height+1)/2
	if err := w.plane(p.Y, p.YStride, w.header.Width, w.header.Height); err != nil {
		return err
	}
	if err := w.plane(p.Cb, p.CStride, cw, ch); err != nil {
		return err
	}
	return w.plane(p.Cr, p.CStride, cw, ch)
}

func (w *Writer) plane(pix []byte, stride, width, height int) error {
	for y := range height {
		if _, err := w.buf.Write(pix[y*stride : y*stride+width]); err != nil {
			return err
		}
	}
	return nil
}

// Close writes what is buffered and closes the file.
func (w *Writer) Close() error {
	err := w.buf.Flush()
	if closeErr := w.file.Close(); err == nil {
		err = closeErr
	}
	return err
}

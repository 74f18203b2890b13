package device

import (
	"errors"
	"image"
	"io"

	"github.com/pion/mediadevices/pkg/prop"

	"paravent/media/y4m"
)

// fileCamera plays a y4m file over and over. It keeps one picture in memory;
// the system's file cache keeps the others.
type fileCamera struct {
	file  *y4m.Reader
	image *image.YCbCr
	read  int // pictures read since the last rewind
	total int // pictures in the file; 0 before its end was seen
}

func openFileCamera(path string) (pictures, error) {
	file, err := y4m.Open(path)
	if err != nil {
		return nil, err
	}
	h := file.Header()
	return &fileCamera{file: file, image: y4m.NewPicture(h.Width, h.Height)}, nil
}

func (c *fileCamera) format() prop.Video {
	h := c.file.Header()
	return i420Format(h.Width, h.Height, h.FPS())
}

// picture reads on to the picture with that number. A file cut short within
// its last picture is played up to the one before.
func (c *fileCamera) picture(number int) (image.Image, error) {
	for {
		want := number
		if c.total > 0 {
			want = number % c.total
			if want < c.read-1 {
				if err := c.rewind(); err != nil {
					return nil, err
				}
			}
		}
		if c.read > want {
			return c.image, nil
		}
		err := c.file.Next(c.image)
		switch {
		case err == nil:
			c.read++
		case c.read == 0 || !errors.Is(err, io.EOF) && !errors.Is(err, y4m.ErrTruncated):
			return nil, err
		default:
			c.total = c.read
			if err := c.rewind(); err != nil {
				return nil, err
			}
		}
	}
}

func (c *fileCamera) rewind() error {
	c.read = 0
	return c.file.Rewind()
}

func (c *fileCamera) close() error { return c.file.Close() }

package code

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

const (
	quiet    = 4    // the white margin in modules that readers need (ISO/IEC 18004)
	maxBytes = 2953 // what the largest code holds; the library needs hours to find out
)

// Make draws text as a code, scale pixels to a module, with its margin.
func Make(text string, scale int) (picture *image.Paletted, err error) {
	defer func() {
		if r := recover(); r != nil {
			picture, err = nil, fmt.Errorf("%w: %v", ErrUnwritable, r)
		}
	}()
	if text == "" || len(text) > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrUnwritable, len(text))
	}
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_CHARACTER_SET: "UTF-8"}
	made, err := encoder.Encoder_encode(text, decoder.ErrorCorrectionLevel_L, hints)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	return paint(made.GetMatrix(), max(1, scale)), nil
}

func paint(m *encoder.ByteMatrix, scale int) *image.Paletted {
	side := (m.GetWidth() + 2*quiet) * scale
	p := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			mx, my := x/scale-quiet, y/scale-quiet
			if mx >= 0 && my >= 0 && mx < m.GetWidth() && my < m.GetHeight() && m.Get(mx, my) == 1 {
				p.Pix[y*p.Stride+x] = 1
			}
		}
	}
	return p
}

// PNG is the file of what Make draws.
func PNG(text string, scale int) ([]byte, error) {
	p, err := Make(text, scale)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	return b.Bytes(), nil
}

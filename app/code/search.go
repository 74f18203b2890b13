package code

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"slices"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// effort is how much a search tries: longest sides in pixels to look at, and
// whether white on black is tried too.
type effort struct {
	sides    []int
	inverted bool
}

var (
	thorough = effort{sides: []int{1000, 1800, 500, 3000, 250}, inverted: true}
	glance   = effort{sides: []int{720, 1440}} // while the next picture comes anyway
)

// search looks at several sizes until one shows a code.
func search(ctx context.Context, g *image.Gray, e effort) ([]string, error) {
	longest, tried := max(g.Rect.Dx(), g.Rect.Dy()), map[int]bool{}
	for _, side := range e.sides {
		by := max(1, (longest+side-1)/side)
		if tried[by] {
			continue
		}
		tried[by] = true
		small := shrink(g, by)
		for _, inverted := range []bool{false, true} {
			if inverted && !e.inverted {
				continue
			}
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if texts := read(small, inverted); len(texts) > 0 {
				return texts, nil
			}
		}
	}
	return nil, ErrNone
}

// read tries both ways to tell black from white, for several codes and for one.
func read(g *image.Gray, inverted bool) (texts []string) {
	source, err := gozxing.NewPlanarYUVLuminanceSource(g.Pix, g.Rect.Dx(), g.Rect.Dy(), 0, 0, g.Rect.Dx(), g.Rect.Dy(), false)
	if err != nil {
		return nil
	}
	if inverted {
		source = source.Invert()
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"}
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			return nil
		}
		several, _ := multi.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints) // no code is not worth telling
		if one, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
			several = append(several, one)
		}
		for _, found := range several {
			if !slices.Contains(texts, found.GetText()) {
				texts = append(texts, found.GetText())
			}
		}
		if len(texts) > 0 {
			return texts
		}
	}
	return nil
}

// grey is a picture's brightness; what is transparent is white.
func grey(picture image.Image) *image.Gray {
	b := picture.Bounds()
	g := image.NewGray(image.Rectangle{Max: b.Size()})
	if p, ok := picture.(*image.YCbCr); ok {
		for y := range b.Dy() {
			at := p.YOffset(b.Min.X, b.Min.Y+y)
			copy(g.Pix[y*g.Stride:(y+1)*g.Stride], p.Y[at:at+b.Dx()])
		}
		return g
	}
	draw.Draw(g, g.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(g, g.Rect, picture, b.Min, draw.Over)
	return g
}

// shrink makes g smaller by a whole factor: each pixel is the mean of a square.
func shrink(g *image.Gray, by int) *image.Gray {
	if by == 1 {
		return g
	}
	small := image.NewGray(image.Rect(0, 0, max(1, g.Rect.Dx()/by), max(1, g.Rect.Dy()/by)))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			sum, n := 0, 0
			for dy := range min(by, g.Rect.Dy()-y*by) {
				for _, v := range g.Pix[(y*by+dy)*g.Stride+x*by:][:min(by, g.Rect.Dx()-x*by)] {
					sum += int(v)
					n++
				}
			}
			small.Pix[y*small.Stride+x] = uint8(sum / n) //nolint:gosec // the mean of bytes is a byte
		}
	}
	return small
}

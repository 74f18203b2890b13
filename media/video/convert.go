package video

import (
	"errors"
	"fmt"
	"image"
	"image/color"

	"paravent/media/codec/vpx"
	"paravent/media/y4m"
)

// ErrFormat means that a camera gives pictures that cannot be sent.
var ErrFormat = errors.New("picture format is not supported")

// converter makes 4:2:0 pictures of what cameras give, in buffers of its own
// that the next call reuses. The goroutine of one capture uses it.
type converter struct {
	picture *image.YCbCr
	small   *image.YCbCr
}

// i420 returns img itself where it is 4:2:0 already.
func (c *converter) i420(img image.Image) (*image.YCbCr, error) {
	size := img.Bounds().Size()
	if size.X < 2 || size.Y < 2 || size.X > vpx.MaxSide || size.Y > vpx.MaxSide {
		return nil, fmt.Errorf("%w: %dx%d", ErrFormat, size.X, size.Y)
	}
	source, ok := img.(*image.YCbCr)
	if !ok {
		c.picture = reuse(c.picture, size)
		fromRGB(c.picture, img)
		return c.picture, nil
	}
	step, ok := chromaStep(source.SubsampleRatio)
	if !ok {
		return nil, fmt.Errorf("%w: %v", ErrFormat, source.SubsampleRatio)
	}
	if source.SubsampleRatio == image.YCbCrSubsampleRatio420 && source.Rect.Min == (image.Point{}) {
		return source, nil
	}
	c.picture = reuse(c.picture, size)
	resample(c.picture, source, step)
	return c.picture, nil
}

func reuse(p *image.YCbCr, size image.Point) *image.YCbCr {
	if p != nil && p.Rect.Size() == size {
		return p
	}
	return y4m.NewPicture(size.X, size.Y)
}

// chromaStep tells how far two rows and columns of 4:2:0 chroma lie apart in a plane of another ratio.
func chromaStep(r image.YCbCrSubsampleRatio) (image.Point, bool) {
	switch r {
	case image.YCbCrSubsampleRatio420:
		return image.Pt(1, 1), true
	case image.YCbCrSubsampleRatio422:
		return image.Pt(1, 2), true
	case image.YCbCrSubsampleRatio440:
		return image.Pt(2, 1), true
	case image.YCbCrSubsampleRatio444:
		return image.Pt(2, 2), true
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
	}
	return image.Point{}, false
}

func resample(dst, src *image.YCbCr, step image.Point) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		copy(dst.Y[y*dst.YStride:][:w], src.Y[src.YOffset(src.Rect.Min.X, src.Rect.Min.Y+y):])
	}
	cw, ch := (w+1)/2, (h+1)/2
	for y := range ch {
		from := src.COffset(src.Rect.Min.X, min(src.Rect.Min.Y+2*y, src.Rect.Max.Y-1))
		chroma(dst.Cb[y*dst.CStride:][:cw], src.Cb[from:], src.CStride, step, y == ch-1)
		chroma(dst.Cr[y*dst.CStride:][:cw], src.Cr[from:], src.CStride, step, y == ch-1)
	}
}

// chroma averages two rows where there are two; columns are picked.
func chroma(dst, src []byte, stride int, step image.Point, last bool) {
	if step.Y == 1 || last || len(src) < stride+(len(dst)-1)*step.X+1 {
		for x := range dst {
			dst[x] = src[x*step.X]
		}
		return
	}
	below := src[stride:]
	for x := range dst {
		dst[x] = byte((int(src[x*step.X]) + int(below[x*step.X]) + 1) / 2)
	}
}

// fromRGB serves cameras that give no YCbCr at all (BGRA on Windows): slow but rare.
func fromRGB(dst *image.YCbCr, img image.Image) {
	b := img.Bounds()
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			r, g, blue, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			luma, cb, cr := color.RGBToYCbCr(byte(r>>8), byte(g>>8), byte(blue>>8))
			dst.Y[y*dst.YStride+x] = luma
			if x&1 == 0 && y&1 == 0 {
				at := y/2*dst.CStride + x/2
				dst.Cb[at], dst.Cr[at] = cb, cr
			}
		}
	}
}

// shrink divides both sides of a 4:2:0 picture by scale (1, 2 or 4), averaging pixels.
func (c *converter) shrink(p *image.YCbCr, scale int) *image.YCbCr {
	if scale == 1 {
		return p
	}
	size := image.Pt(p.Rect.Dx()/scale&^1, p.Rect.Dy()/scale&^1)
	c.small = reuse(c.small, size)
	box(c.small.Y, c.small.YStride, size.X, size.Y, p.Y, p.YStride, scale)
	box(c.small.Cb, c.small.CStride, size.X/2, size.Y/2, p.Cb, p.CStride, scale)
	box(c.small.Cr, c.small.CStride, size.X/2, size.Y/2, p.Cr, p.CStride, scale)
	return c.small
}

func box(dst []byte, stride, w, h int, src []byte, srcStride, scale int) {
	if scale == 2 {
		boxHalf(dst, stride, w, h, src, srcStride)
		return
	}
	area := scale * scale
	for y := range h {
		for x := range w {
			sum := area / 2
			for dy := range scale {
				for _, v := range src[(y*scale+dy)*srcStride+x*scale:][:scale] {
					sum += int(v)
				}
			}
			dst[y*stride+x] = byte(sum / area)
		}
	}
}

func boxHalf(dst []byte, stride, w, h int, src []byte, srcStride int) {
	for y := range h {
		row := dst[y*stride:][:w]
		a, b := src[2*y*srcStride:][:2*w], src[(2*y+1)*srcStride:][:2*w]
		for x := range row {
			row[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
}

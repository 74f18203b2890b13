package video

import "image"

// frame is a 4:2:0 picture in planes whose strides suit textures: the luma
// stride is a multiple of 8 samples, the chroma stride half of it.
type frame struct {
	w, h   int
	stride int
	y      []byte
	cb, cr []byte
}

// chroma is the size of the chroma planes.
func (f *frame) chroma() (w, h int) { return (f.w + 1) / 2, (f.h + 1) / 2 }

// reshape makes room for w by h samples; it allocates only when it grows.
func (f *frame) reshape(w, h int) {
	f.w, f.h, f.stride = w, h, (w+7)/8*8
	_, ch := f.chroma()
	f.y = grow(f.y, f.stride*h)
	f.cb = grow(f.cb, f.stride/2*ch)
	f.cr = grow(f.cr, f.stride/2*ch)
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// take copies p, made smaller by the factor by (1 copies as it is).
func (f *frame) take(p *image.YCbCr, by int) {
	b := p.Rect
	f.reshape(max(1, b.Dx()/by), max(1, b.Dy()/by))
	cw, ch := f.chroma()
	shrink(f.y, f.stride, f.w, f.h, p.Y[p.YOffset(b.Min.X, b.Min.Y):], p.YStride, b.Dx(), b.Dy(), by)
	at := p.COffset(b.Min.X, b.Min.Y)
	sw, sh := (b.Dx()+1)/2, (b.Dy()+1)/2
	shrink(f.cb, f.stride/2, cw, ch, p.Cb[at:], p.CStride, sw, sh, by)
	shrink(f.cr, f.stride/2, cw, ch, p.Cr[at:], p.CStride, sw, sh, by)
}

// shrink writes w by h samples, each the mean of by by by samples of src,
// which has sw by sh.
func shrink(dst []byte, stride, w, h int, src []byte, srcStride, sw, sh, by int) {
	for y := range h {
		line := dst[y*stride : y*stride+w]
		if by == 1 {
			copy(line, src[y*srcStride:y*srcStride+min(w, sw)])
			continue
		}
		if by == 2 && 2*w <= sw && 2*y+1 < sh {
			halve(line, src[2*y*srcStride:], src[(2*y+1)*srcStride:])
			continue
		}
		for x := range line {
			line[x] = mean(src, srcStride, x*by, y*by, min(by, sw-x*by), min(by, sh-y*by))
		}
	}
}

// halve is the usual case of shrink, by two: the mean of two lines.
func halve(line, top, low []byte) {
	top, low = top[:2*len(line)], low[:2*len(line)]
	for x := range line {
		sum := int(top[2*x]) + int(top[2*x+1]) + int(low[2*x]) + int(low[2*x+1])
		line[x] = byte((sum + 2) / 4)
	}
}

func mean(src []byte, stride, x, y, w, h int) byte {
	if w <= 0 || h <= 0 { // past the last sample of an odd size: repeat it
		return src[max(0, y+min(0, h-1))*stride+max(0, x+min(0, w-1))]
	}
	sum := 0
	for j := range h {
		for _, v := range src[(y+j)*stride+x : (y+j)*stride+x+w] {
			sum += int(v)
		}
	}
	return byte(sum / (w * h))
}

// at is the picture's colour at a sample, BT.601 studio range, as the shader
// computes it.
func (f *frame) at(x, y int) (r, g, b byte) {
	c := y/2*(f.stride/2) + x/2
	return rgb(int(f.y[y*f.stride+x]), int(f.cb[c]), int(f.cr[c]))
}

// rgb converts one sample in 16.16 fixed point.
func rgb(y, cb, cr int) (r, g, b byte) {
	l := 76309 * (y - 16)
	u, v := cb-128, cr-128
	return clamp(l + 104597*v), clamp(l - 25675*u - 53279*v), clamp(l + 132201*u)
}

func clamp(v int) byte { return byte(max(0, min(255, (v+32768)>>16))) }

// draw converts the whole picture to dst, which has its size.
func (f *frame) draw(dst *image.RGBA, mirror bool) {
	for y := range f.h {
		out := dst.Pix[y*dst.Stride : y*dst.Stride+4*f.w]
		line, c := f.y[y*f.stride:], y/2*(f.stride/2)
		for x := range f.w {
			r, g, b := rgb(int(line[x]), int(f.cb[c+x/2]), int(f.cr[c+x/2]))
			at := 4 * x
			if mirror {
				at = 4 * (f.w - 1 - x)
			}
			out[at], out[at+1], out[at+2], out[at+3] = r, g, b, 255
		}
	}
}

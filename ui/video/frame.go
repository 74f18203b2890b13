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
	for x := range line {
		if len(top) < 2 || len(low) < 2 {
			return
		}
		line[x] = byte((uint(top[0]) + uint(top[1]) + uint(low[0]) + uint(low[1]) + 2) >> 2)
		top, low = top[2:], low[2:]
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

// draw converts the whole picture to dst, which has its size.
func (f *frame) draw(dst *image.RGBA, mirror bool) {
	for y := range f.h {
		c := y / 2 * (f.stride / 2)
		line := f.y[y*f.stride : y*f.stride+f.w]
		out := dst.Pix[y*dst.Stride : y*dst.Stride+4*f.w]
		convert(out, line, f.cb[c:c+(f.w+1)/2], f.cr[c:c+(f.w+1)/2])
		if mirror {
			flip(out)
		}
	}
}

// convert writes one line of RGBA. Two samples share their chroma.
func convert(out, line, cb, cr []byte) {
	cr = cr[:len(cb)]
	for i := range cb {
		u, v := int32(cb[i])-128, int32(cr[i])-128
		r, g, b := 104597*v+32768, 32768-25675*u-53279*v, 132201*u+32768
		for x := 2 * i; x < min(2*i+2, len(line)); x++ {
			l := 76309 * (int32(line[x]) - 16)
			px := out[4*x : 4*x+4 : 4*x+4]
			px[0], px[1], px[2], px[3] = clamp(l+r), clamp(l+g), clamp(l+b), 255
		}
	}
}

// clamp takes the whole part of 16.16 fixed point into a byte.
func clamp(v int32) byte {
	v >>= 16
	if uint32(v) > 255 {
		return byte(^(v >> 31))
	}
	return byte(v)
}

// flip turns a line of RGBA round.
func flip(out []byte) {
	for a, b := 0, len(out)-4; a < b; a, b = a+4, b-4 {
		left, right := [4]byte(out[a:]), [4]byte(out[b:])
		copy(out[a:], right[:])
		copy(out[b:], left[:])
	}
}

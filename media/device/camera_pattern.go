package device

import (
	"image"
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/pion/mediadevices/pkg/prop"

	"paravent/media/y4m"
)

// The strip at the top of the pattern holds the picture's number: stripBits
// blocks, black or white, most significant bit first.
//
//	| number: 16 bits | check: 8 bits |
const (
	stripBits  = 24
	stripRows  = 18 // the strip is 1/stripRows of the picture's height
	blackLevel = 16
	whiteLevel = 235
)

// pattern is a landscape of soft noise that the camera pans over, with a disc
// wandering in front of it, and a number that counts the pictures. Drawing one
// is little more than a copy.
type pattern struct {
	want   CameraFormat
	ground *image.YCbCr // larger than the picture by 2 x drift
	disc   *image.YCbCr
	out    *image.YCbCr
}

const (
	drift   = 96  // pixels, how far the view pans each way; even, as are all positions
	panEach = 420 // pictures for one round
)

func newPattern(want CameraFormat) *pattern {
	want.Width, want.Height, want.FPS = max(want.Width, 64)&^1, max(want.Height, 64)&^1, max(want.FPS, 1)
	p := &pattern{
		want:   want,
		ground: y4m.NewPicture(want.Width+2*drift, want.Height+2*drift),
		disc:   y4m.NewPicture(want.Height/3&^1, want.Height/3&^1),
		out:    y4m.NewPicture(want.Width, want.Height),
	}
	paint(p.ground, rand.New(rand.NewPCG(1, 2)), 0)
	paint(p.disc, rand.New(rand.NewPCG(3, 4)), 60)
	return p
}

func (p *pattern) format() prop.Video {
	return i420Format(p.want.Width, p.want.Height, float64(p.want.FPS))
}

func (p *pattern) close() error { return nil }

func (p *pattern) picture(number int) (image.Image, error) {
	turn := 2 * math.Pi * float64(number%panEach) / panEach
	x := drift + int(drift*math.Sin(turn))&^1
	y := drift + int(drift*math.Cos(2*turn)/2)&^1
	blit(p.out, p.ground, image.Pt(0, 0), image.Rect(x, y, x+p.want.Width, y+p.want.Height))
	size := p.disc.Rect.Dx()
	freeX, freeY := p.want.Width-size, p.want.Height-size-p.want.Height/stripRows
	at := image.Pt(int(float64(freeX)*(1-math.Cos(3*turn))/2)&^1, (p.want.Height/stripRows+int(float64(freeY)*(1+math.Sin(2*turn))/2))&^1)
	p.stamp(at)
	drawNumber(p.out, uint16(number))
	return p.out, nil
}

// stamp copies the disc, row by row within its circle.
func (p *pattern) stamp(at image.Point) {
	size := p.disc.Rect.Dx()
	radius := float64(size) / 2
	for y := 0; y+1 < size; y += 2 {
		off := float64(y) - radius
		half := int(math.Sqrt(math.Max(radius*radius-off*off, 0))) &^ 1
		from := (size/2 - half) &^ 1
		blit(p.out, p.disc, at.Add(image.Pt(from, y)), image.Rect(from, y, min(from+2*half, size&^1), y+2))
	}
}

// blit copies the part of src to at in dst. All positions are even.
func blit(dst, src *image.YCbCr, at image.Point, part image.Rectangle) {
	w := part.Dx()
	for y := range min(part.Dy(), dst.Rect.Dy()-at.Y) {
		copy(dst.Y[(at.Y+y)*dst.YStride+at.X:][:w], src.Y[(part.Min.Y+y)*src.YStride+part.Min.X:])
		if y&1 == 1 {
			continue
		}
		d, s := (at.Y+y)/2*dst.CStride+at.X/2, (part.Min.Y+y)/2*src.CStride+part.Min.X/2
		copy(dst.Cb[d:d+w/2], src.Cb[s:])
		copy(dst.Cr[d:d+w/2], src.Cr[s:])
	}
}

// paint fills p with noise of all sizes, coarse strongest, as natural pictures have.
func paint(p *image.YCbCr, random *rand.Rand, brighter float64) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	luma, cb, cr := newNoise(random, 5), newNoise(random, 2), newNoise(random, 2)
	for y := range h {
		for x := range w {
			p.Y[y*p.YStride+x] = clampByte(110 + brighter + 85*luma.at(float64(x), float64(y)))
		}
	}
	for y := range h / 2 {
		for x := range w / 2 {
			p.Cb[y*p.CStride+x] = clampByte(128 + 50*cb.at(float64(2*x), float64(2*y)))
			p.Cr[y*p.CStride+x] = clampByte(128 + 50*cr.at(float64(2*x), float64(2*y)))
		}
	}
}

func clampByte(v float64) byte { return byte(min(max(v, blackLevel), whiteLevel)) }

// noise is value noise: octaves of random grids, each half as coarse and half as strong.
type noise struct {
	octaves int
	grid    [64 * 64]float64
}

func newNoise(random *rand.Rand, octaves int) *noise {
	n := &noise{octaves: octaves}
	for i := range n.grid {
		n.grid[i] = 2*random.Float64() - 1
	}
	return n
}

func (n *noise) at(x, y float64) float64 {
	sum, scale, weight := 0.0, 1.0/256, 0.6
	for range n.octaves {
		sum += weight * n.smooth(x*scale, y*scale)
		scale, weight = scale*2, weight/2
	}
	return sum
}

func (n *noise) smooth(x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	fx, fy = fx*fx*(3-2*fx), fy*fy*(3-2*fy)
	at := func(dx, dy int) float64 { return n.grid[(int(y0)+dy)&63*64+(int(x0)+dx)&63] }
	top, bottom := at(0, 0)*(1-fx)+at(1, 0)*fx, at(0, 1)*(1-fx)+at(1, 1)*fx
	return top*(1-fy) + bottom*fy
}

func drawNumber(p *image.YCbCr, number uint16) {
	word := uint32(number)<<8 | uint32(check(number))
	width, height := p.Rect.Dx(), p.Rect.Dy()/stripRows
	for y := range height {
		row := p.Y[y*p.YStride:][:width]
		for bit := range stripBits {
			level := byte(blackLevel)
			if word>>(stripBits-1-bit)&1 == 1 {
				level = whiteLevel
			}
			part := row[bit*width/stripBits : (bit+1)*width/stripBits]
			for i := range part {
				part[i] = level
			}
		}
	}
	for y := range height / 2 {
		for x := range width / 2 {
			p.Cb[y*p.CStride+x], p.Cr[y*p.CStride+x] = 128, 128
		}
	}
}

func check(number uint16) byte {
	return byte(bits.Reverse16(number*0x9E37)) ^ 0x5A
}

// FrameNumber reads the number that the pattern camera drew into picture, at
// whatever size it arrived, modulo 65536. ok is false where there is none.
func FrameNumber(picture *image.YCbCr) (number uint16, ok bool) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()/stripRows
	if width < stripBits*3 || height < 3 {
		return 0, false
	}
	var word uint32
	for bit := range stripBits {
		from, to := bit*width/stripBits, (bit+1)*width/stripBits
		margin := (to - from) / 3
		sum, count := 0, 0
		for y := height / 3; y < max(height*2/3, height/3+1); y++ {
			for x := from + margin; x < to-margin; x++ {
				sum += int(picture.Y[y*picture.YStride+x])
				count++
			}
		}
		word <<= 1
		if sum > count*(blackLevel+whiteLevel)/2 {
			word |= 1
		}
	}
	number = uint16(word >> 8)
	return number, byte(word) == check(number)
}

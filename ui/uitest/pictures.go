package uitest

import (
	"image"
	"image/color"
	"time"

	"paravent/app/phone"
)

// BarColors are the colours of Bars from left to right.
var BarColors = []color.RGBA{
	{230, 230, 230, 255}, {220, 200, 40, 255}, {40, 200, 200, 255}, {40, 190, 60, 255},
	{190, 60, 190, 255}, {200, 50, 40, 255}, {50, 60, 200, 255}, {90, 90, 90, 255},
}

// Bars draws upright bars in BarColors, and below them a grey square that
// stands n steps from the left.
func Bars(p *image.YCbCr, n int) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	for y := range h {
		for x := range w {
			bar := BarColors[x*len(BarColors)/w]
			Y, cb, cr := studio(bar)
			p.Y[y*p.YStride+x] = Y
			p.Cb[y/2*p.CStride+x/2], p.Cr[y/2*p.CStride+x/2] = cb, cr
		}
	}
	side := h / 6
	left := ((n*4)%(w-side) + w - side) % (w - side)
	for y := h - side - h/12; y < h-h/12; y++ {
		for x := left; x < left+side; x++ {
			p.Y[y*p.YStride+x] = 128
			p.Cb[y/2*p.CStride+x/2], p.Cr[y/2*p.CStride+x/2] = 128, 128
		}
	}
}

// studio is BT.601 in studio range (ITU-R BT.601-7, section 2.5.3).
func studio(c color.RGBA) (y, cb, cr byte) {
	r, g, b := float64(c.R), float64(c.G), float64(c.B)
	return byte(16 + 0.257*r + 0.504*g + 0.098*b + 0.5),
		byte(128 - 0.148*r - 0.291*g + 0.439*b + 0.5),
		byte(128 + 0.439*r - 0.368*g - 0.071*b + 0.5)
}

// Stats are plausible figures of a call.
func Stats() phone.Stats {
	return phone.Stats{
		RTT: 38 * time.Millisecond, Bitrate: 1_480_000,
		Audio: phone.StreamStats{Received: 4990, Lost: 10, SendKbps: 33, RecvKbps: 32, Delay: 40 * time.Millisecond},
		Video: phone.StreamStats{RecvKbps: 1320, RecvFPS: 30, Width: 1280, Height: 720},
	}
}

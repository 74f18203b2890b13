package uitest

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/png"
	"io"
)

// Code draws something that looks like a QR code, different for each link.
func (f *Fake) Code(link string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.takeErr(); err != nil {
		return nil, err
	}
	const side, margin = 29, 2
	sum := sha256.Sum256([]byte(link))
	p := image.NewPaletted(image.Rect(0, 0, side+2*margin, side+2*margin), color.Palette{color.White, color.Black})
	for i := range side * side {
		x, y := i%side, i/side
		p.SetColorIndex(x+margin, y+margin, sum[i%len(sum)]>>(i/len(sum)%8)&1)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// ExportOwn writes the own vCard.
func (f *Fake) ExportOwn(w io.Writer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.takeErr(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:"+f.self.Name+"\r\nIMPP:"+f.self.Address+"\r\nEND:VCARD\r\n")
	return err
}

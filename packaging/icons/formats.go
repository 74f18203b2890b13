package main

import (
	"bytes"
	"encoding/binary"
	"image"
)

// icoSizes are the pictures in a Windows icon; 256 is written as 0.
var icoSizes = []int{16, 24, 32, 48, 64, 256}

// icoEntry is ICONDIRENTRY of the .ico format, for a picture that is a PNG.
type icoEntry struct {
	Width, Height, Colours, Reserved uint8
	Planes, Bits                     uint16
	Length, Offset                   uint32
}

// icoOf is a Windows icon.
func icoOf(icon image.Image) ([]byte, error) {
	const head, entry = 6, 16
	var directory, pictures bytes.Buffer
	// Reserved, type 1 (icon), count.
	if err := binary.Write(&directory, binary.LittleEndian, []uint16{0, 1, uint16(len(icoSizes))}); err != nil {
		return nil, err
	}
	for _, size := range icoSizes {
		picture, err := scaled(icon, size)
		if err != nil {
			return nil, err
		}
		side := uint8(size % 256)
		err = binary.Write(&directory, binary.LittleEndian, icoEntry{
			Width: side, Height: side, Planes: 1, Bits: 32,
			Length: uint32(len(picture)), Offset: uint32(head + entry*len(icoSizes) + pictures.Len()),
		})
		if err != nil {
			return nil, err
		}
		pictures.Write(picture)
	}
	return append(directory.Bytes(), pictures.Bytes()...), nil
}

// icnsKinds names the size of each picture in a macOS icon.
var icnsKinds = []struct {
	kind string
	size int
}{{"ic11", 32}, {"ic12", 64}, {"ic07", 128}, {"ic08", 256}, {"ic09", 512}}

// icnsOf is a macOS icon.
func icnsOf(icon image.Image) ([]byte, error) {
	const head = 8
	var body []byte
	for _, k := range icnsKinds {
		picture, err := scaled(icon, k.size)
		if err != nil {
			return nil, err
		}
		body = binary.BigEndian.AppendUint32(append(body, k.kind...), uint32(head+len(picture)))
		body = append(body, picture...)
	}
	return append(binary.BigEndian.AppendUint32([]byte("icns"), uint32(head+len(body))), body...), nil
}

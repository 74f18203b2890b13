// Command icons draws the icon of the program in the sizes and formats that
// the systems want, from assets/Icon.png: hicolor folders (Linux), .ico
// (Windows), .icns (macOS). The packaging scripts run it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/image/draw"
)

func main() {
	source := flag.String("from", "assets/Icon.png", "the icon, a square PNG")
	hicolor := flag.String("hicolor", "", "`folder` for SIZExSIZE/apps/paravent.png of every size given")
	ico := flag.String("ico", "", "a Windows icon `file`")
	icns := flag.String("icns", "", "a macOS icon `file`")
	flag.Parse()
	if err := run(*source, *hicolor, *ico, *icns, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "icons:", err)
		os.Exit(1)
	}
}

func run(source, hicolor, ico, icns string, sizes []string) error {
	icon, err := read(source)
	if err != nil {
		return err
	}
	for _, text := range sizes {
		size, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if err := writeHicolor(icon, hicolor, size); err != nil {
			return err
		}
	}
	for path, format := range map[string]func(image.Image) ([]byte, error){ico: icoOf, icns: icnsOf} {
		if path == "" {
			continue
		}
		data, err := format(icon)
		if err != nil {
			return err
		}
		if err := write(path, data); err != nil {
			return err
		}
	}
	return nil
}

func read(path string) (icon image.Image, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return png.Decode(f)
}

// scaled is the icon as a PNG of that many pixels a side.
func scaled(icon image.Image, size int) ([]byte, error) {
	small := image.NewNRGBA(image.Rect(0, 0, size, size))
	draw.CatmullRom.Scale(small, small.Rect, icon, icon.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small)
	return b.Bytes(), err
}

func writeHicolor(icon image.Image, folder string, size int) error {
	data, err := scaled(icon, size)
	if err != nil {
		return err
	}
	return write(filepath.Join(folder, fmt.Sprintf("%dx%d", size, size), "apps", "paravent.png"), data)
}

func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // icons are read by all
		return err
	}
	return os.WriteFile(path, data, 0o644) //nolint:gosec // icons are read by all
}

package wav

import (
	"encoding/binary"
	"fmt"
	"os"
)

const headerSize = 44

// Writer writes 16-bit PCM at 48 kHz, one channel. The header on disk tells
// the truth after every Flush, so a killed program leaves a readable file.
type Writer struct {
	file  *os.File
	buf   []byte
	bytes int // sound written to the file so far
}

// Create makes or empties the file at path and writes the header of an empty one.
func Create(path string) (*Writer, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f, buf: make([]byte, 0, 1<<16)}
	if _, err := f.Write(w.header()); err != nil {
		_ = f.Close()
		return nil, err
	}
	return w, nil
}

// Write adds samples; they reach the file at the latest with the next Flush.
func (w *Writer) Write(samples []int16) error {
	for _, s := range samples {
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
	}
	if len(w.buf) < 1<<15 {
		return nil
	}
	return w.Flush()
}

// Flush writes what is buffered and then the header that counts it.
func (w *Writer) Flush() error {
	n, err := w.file.Write(w.buf)
	w.bytes += n
	w.buf = w.buf[:0]
	if err != nil {
		return err
	}
	_, err = w.file.WriteAt(w.header(), 0)
	return err
}

// Close flushes and closes the file.
func (w *Writer) Close() error {
	err := w.Flush()
	if closeErr := w.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("close wav: %w", err)
	}
	return nil
}

func (w *Writer) header() []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(headerSize-8+w.bytes))
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, formatPCM)
	h = binary.LittleEndian.AppendUint16(h, 1)
	h = binary.LittleEndian.AppendUint32(h, Rate)
	h = binary.LittleEndian.AppendUint32(h, Rate*2)
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, uint32(w.bytes))
}

// Save writes samples to a new file at path.
func Save(path string, samples []int16) error {
	w, err := Create(path)
	if err != nil {
		return err
	}
	if err := w.Write(samples); err != nil {
		_ = w.file.Close()
		return err
	}
	return w.Close()
}

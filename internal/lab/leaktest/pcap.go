//go:build linux

package leaktest

import (
	"bufio"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
)

// keepTrace copies what a phone sent and received in clear to where the
// recordings are.
func (t *trial) keepTrace(p *party) error {
	if t.cfg.Keep == "" {
		return nil
	}
	b, err := os.ReadFile(p.trace)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.keepDir(), p.name+".trace"), b, 0o600)
}

func (t *trial) keepDir() string {
	return filepath.Join(t.cfg.Keep, strings.ReplaceAll(t.name, " ", "-"))
}

// keep writes a recording as NAME/PLACE.pcap where Config.Keep asks for it.
func (t *trial) keep(place string, frames []frame) (err error) {
	if t.cfg.Keep == "" {
		return nil
	}
	dir := t.keepDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, place+".pcap"))
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	le := binary.LittleEndian
	const ethernet = 1
	head := le.AppendUint32(nil, 0xa1b2c3d4)
	head = le.AppendUint16(le.AppendUint16(head, 2), 4)
	head = le.AppendUint32(le.AppendUint32(le.AppendUint64(head, 0), tapSnap), ethernet)
	_, _ = w.Write(head) // Flush tells
	for _, p := range frames {
		b := le.AppendUint32(nil, uint32(p.at.Unix()))
		b = le.AppendUint32(b, uint32(p.at.Nanosecond()/1000))
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(p.data))), uint32(len(p.data)))
		_, _ = w.Write(append(b, p.data...))
	}
	return w.Flush()
}

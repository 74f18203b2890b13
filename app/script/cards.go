package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"paravent/app/phone"
	"paravent/settings"
)

// doCodeRead answers the address in a picture of a QR code.
func (f *Face) doCodeRead(c command) (map[string]any, error) {
	fields := map[string]any{"path": c.Path}
	return fields, reading(c.Path, func(r io.Reader) error {
		link, err := f.phone.ReadCode(r)
		if err == nil {
			fields["address"] = link
		}
		return err
	})
}

// doCodeScan answers the address that the camera sees. "code.stop" and the end
// of the commands stop it.
func (f *Face) doCodeScan(ctx context.Context) (map[string]any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.mu.Lock()
	f.stopScan = cancel
	f.mu.Unlock()
	link, err := f.phone.ScanCode(ctx, nil)
	if err != nil {
		return nil, err
	}
	return map[string]any{"address": link}, nil
}

func (f *Face) doCodeStop(command) (map[string]any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopScan != nil {
		f.stopScan()
	}
	return nil, nil
}

// doCodeWrite draws an address, one's own where none is given.
func (f *Face) doCodeWrite(c command) (map[string]any, error) {
	fields := map[string]any{"path": c.Path}
	picture, err := f.phone.Code(c.Address)
	if err != nil {
		return fields, err
	}
	return fields, writing(c.Path, func(w io.Writer) error {
		_, err := w.Write(picture)
		return err
	})
}

// doExport writes the address book, or one's own vCard.
func (f *Face) doExport(c command) (map[string]any, error) {
	if c.Own {
		return map[string]any{"path": c.Path}, writing(c.Path, f.phone.ExportOwn)
	}
	return map[string]any{"path": c.Path}, writing(c.Path, f.phone.ExportContacts)
}

func (f *Face) doImport(c command) (map[string]any, error) {
	fields := map[string]any{"path": c.Path}
	return fields, reading(c.Path, func(r io.Reader) error {
		i, err := f.phone.ImportContacts(r)
		if err == nil {
			fields["added"], fields["updated"], fields["same"], fields["skipped"] = i.Added, i.Updated, i.Same, append([]phone.Skipped{}, i.Skipped...)
		}
		return err
	})
}

// reading hands a file that the person named to read.
func reading(path string, read func(io.Reader) error) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", phone.ErrFile, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return read(file)
}

// writing makes or replaces a file that only this user may read. On error the
// file is as it was.
func writing(path string, write func(io.Writer) error) error {
	var b bytes.Buffer // what the phone refuses is not the file's fault
	if err := write(&b); err != nil {
		return err
	}
	if err := settings.WriteFile(path, func(file *os.File) error {
		_, err := file.Write(b.Bytes())
		return err
	}); err != nil {
		return fmt.Errorf("%w: %w", phone.ErrFile, err)
	}
	return nil
}

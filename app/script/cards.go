package script

import (
	"errors"
	"fmt"
	"os"

	"paravent/app/phone"
)

// doCodeRead answers the address in a picture of a QR code.
func (f *Face) doCodeRead(c command) (fields map[string]any, err error) {
	fields = map[string]any{"path": c.Path}
	file, err := os.Open(c.Path)
	if err != nil {
		return fields, fmt.Errorf("%w: %w", phone.ErrFile, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	link, err := f.phone.ReadCode(file)
	if err == nil {
		fields["address"] = link
	}
	return fields, err
}

// doCodeWrite draws an address, one's own where none is given.
func (f *Face) doCodeWrite(c command) (map[string]any, error) {
	fields := map[string]any{"path": c.Path}
	picture, err := f.phone.Code(c.Address)
	if err != nil {
		return fields, err
	}
	if err := os.WriteFile(c.Path, picture, 0o600); err != nil {
		return fields, fmt.Errorf("%w: %w", phone.ErrFile, err)
	}
	return fields, nil
}

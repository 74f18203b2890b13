package script

import (
	"errors"
	"fmt"
	"io"
	"os"

	"paravent/app/phone"
)

// maxTunnelFile is more than the phone takes for a WireGuard configuration.
const maxTunnelFile = 128 << 10

func (f *Face) doTunnelImport(c command) (map[string]any, error) {
	config, err := readFile(c.Path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", phone.ErrFile, err)
	}
	t, err := f.phone.ImportTunnel(c.Path, config)
	if err != nil {
		return nil, err
	}
	return map[string]any{"tunnel": t}, nil
}

// readFile reads the beginning of a file: as much as one byte too many.
func readFile(path string) (text []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, maxTunnelFile))
}

// doTunnelShow answers null where nothing was imported.
func (f *Face) doTunnelShow(command) (map[string]any, error) {
	if t, ok := f.phone.Tunnel(); ok {
		return map[string]any{"tunnel": t}, nil
	}
	return map[string]any{"tunnel": nil}, nil
}

package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"paravent/app"
)

// backupPassphrase names the environment variable with a backup's passphrase:
// arguments can be read by everybody on the computer.
const backupPassphrase = "PARAVENT_BACKUP_PASSPHRASE" //nolint:gosec // the name, not the value

// restoreFrom puts the backup at path into the profile of opts.
func restoreFrom(path string, opts app.Options, in io.Reader) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	passphrase, ok := os.LookupEnv(backupPassphrase)
	if !ok {
		line, err := bufio.NewReader(io.LimitReader(in, 4<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		passphrase = strings.TrimRight(line, "\r\n")
	}
	return opts.Restore(f, passphrase)
}

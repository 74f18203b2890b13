package uitest

import (
	"fmt"
	"unicode/utf8"

	"paravent/app/phone"
)

// ErrPassphraseTooShort is what a phone says of a passphrase for a new backup.
var ErrPassphraseTooShort = phone.NewFault("passphrase-too-short")

// BackupTo implements ui.Phone. It writes nothing; the log tells of it.
func (f *Fake) BackupTo(path, passphrase string, without ...phone.BackupPart) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if utf8.RuneCountInString(passphrase) < phone.MinPassphrase {
		return ErrPassphraseTooShort
	}
	f.log = append(f.log, fmt.Sprint("backup ", path, " ", passphrase, " ", without))
	return f.takeErr()
}

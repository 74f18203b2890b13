package uitest

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"paravent/app/phone"
)

// ErrPassphraseTooShort is what a phone says of a passphrase for a new backup.
var ErrPassphraseTooShort = phone.NewFault("passphrase-too-short")

// ErrWrongPassphrase is what a phone says of one that does not open a backup.
var ErrWrongPassphrase = phone.NewFault("wrong-passphrase")

// Passphrase opens every backup that the fake reads.
const Passphrase = "correct horse battery staple"

// BackedUp is what every backup holds that the fake reads.
var BackedUp = phone.BackupContents{
	ID: strings.Repeat("ad", 32), Name: "Ada Lovelace", People: 12, Entries: 340, Made: time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC),
}

// BackupTo implements ui.Phone, as do the methods below. It writes nothing; the
// log tells of it.
func (f *Fake) BackupTo(path, passphrase string, without ...phone.BackupPart) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if utf8.RuneCountInString(passphrase) < phone.MinPassphrase {
		return ErrPassphraseTooShort
	}
	f.log = append(f.log, fmt.Sprint("backup ", path, " ", passphrase, " ", without))
	return f.takeErr()
}

func (f *Fake) ReadBackup(path, passphrase string) (phone.BackupContents, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, "read "+path)
	if err := f.takeErr(); err != nil {
		return phone.BackupContents{}, err
	}
	if passphrase != Passphrase {
		return phone.BackupContents{}, ErrWrongPassphrase
	}
	c := BackedUp
	c.ServerHere = strings.Contains(path, "server-here")
	if strings.Contains(path, "own") {
		c.ID = f.self.ID
	}
	return c, nil
}

func (f *Fake) RestoreProfile(name, path, _ string) (phone.Profile, error) {
	f.mu.Lock()
	f.log = append(f.log, "restore "+path)
	f.mu.Unlock()
	return f.CreateProfile(name)
}

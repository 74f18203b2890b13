package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"paravent/app/backup"
	"paravent/app/identity"
	"paravent/app/people"
	"paravent/app/phone"
	"paravent/settings"
)

// Faults of where a backup lies or shall lie.
var (
	// ErrBackupPlace says that a backup would lie in the profile that it is of,
	// where it could take the place of what it is of.
	ErrBackupPlace = phone.NewFault("backup-into-profile")
	// ErrBackupNotSaved says that nothing can be written there.
	ErrBackupNotSaved = phone.NewFault("backup-not-saved")
	// ErrBackupNotRead says that the file of a backup cannot be opened or read.
	ErrBackupNotRead = phone.NewFault("backup-not-read")
)

// secrets are what other parts of the phone keep that goes into a backup: the
// tunnel, since calls that shall go through it fail without it, the token of
// the link that was given out, and whom it does not let in. What opens for one
// call only and what lets a server see this computer is asked for anew.
var secrets = []people.Blob{
	{Part: tunnelBlobs, Key: tunnelKey},
	{Part: "door", Key: "token"},
	{Part: "door", Key: "blocked"},
}

// Backup writes identity, people, history and the choices that are the person's
// into one encrypted file. What w got before an error is no backup. Faults:
// backup.ErrPassphrase, phone.ErrDiskFull, phone.ErrFile.
func (a *App) Backup(w io.Writer, passphrase string, without ...phone.BackupPart) error {
	c := backup.Contents{
		Made: time.Now().UTC().Truncate(time.Second), Seed: a.me.Seed(), Contacts: a.people.Contacts(),
		History: []phone.HistoryEntry{}, Settings: map[string]json.RawMessage{}, Secrets: map[string][]byte{},
	}
	if !slices.Contains(without, phone.BackupHistory) {
		c.History = a.people.History(0)
	}
	for _, key := range settings.Keys() {
		if !personal(key) {
			continue
		}
		value, err := a.settings.Get(key)
		if err != nil {
			return fault(err)
		}
		c.Settings[key] = value
	}
	for _, b := range secrets {
		value, err := a.people.Blobs(b.Part).Get(b.Key)
		if err != nil {
			return err
		}
		if value != nil {
			c.Secrets[b.Part+"/"+b.Key] = value
		}
	}
	return fault(backup.Write(w, passphrase, c))
}

// personal tells the choices of the person from those about this computer's
// devices. Ways out (privacy.vpn_device) are the person's: on a computer that
// has no such device, calls fail until they choose again, and do not leave by
// another way.
func personal(key string) bool {
	return !strings.HasPrefix(key, "audio.") && !strings.HasPrefix(key, "video.")
}

// BackupTo is Backup into a file, which is there as a whole or not at all.
func (a *App) BackupTo(path, passphrase string, without ...phone.BackupPart) error {
	if within(path, a.opts.Profile) {
		return ErrBackupPlace
	}
	err := fault(settings.WriteFile(path, func(f *os.File) error { return a.Backup(f, passphrase, without...) }))
	if errors.Is(err, phone.ErrFile) {
		return fmt.Errorf("%w: %w", ErrBackupNotSaved, err)
	}
	return err
}

// ReadBackup opens the backup at path and tells what it holds. It changes
// nothing, and reckons for a second. Faults: ErrBackupNotRead, those of
// backup.Read.
func (a *App) ReadBackup(path, passphrase string) (phone.BackupContents, error) {
	c, err := readBackup(path, passphrase)
	if err != nil {
		return phone.BackupContents{}, err
	}
	who, err := identity.FromSeed(c.Seed)
	if err != nil {
		return phone.BackupContents{}, err
	}
	about := phone.BackupContents{ID: who.ID().String(), People: len(c.Contacts), Entries: len(c.History), Made: c.Made}
	var mode settings.ServerMode
	for key, into := range map[string]any{"name": &about.Name, "server.mode": &mode} {
		if value, ok := c.Settings[key]; ok {
			if err := json.Unmarshal(value, into); err != nil {
				return phone.BackupContents{}, fmt.Errorf("%w: %w", backup.ErrDamaged, err)
			}
		}
	}
	about.ServerHere = mode == settings.ServerEmbedded
	return about, nil
}

func readBackup(path, passphrase string) (backup.Contents, error) {
	f, err := os.Open(path)
	if err != nil {
		return backup.Contents{}, fmt.Errorf("%w: %w", ErrBackupNotRead, err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	c, err := backup.Read(f, passphrase)
	if err = fault(err); errors.Is(err, phone.ErrFile) {
		err = fmt.Errorf("%w: %w", ErrBackupNotRead, err)
	}
	return c, err
}

// within tells whether path leads into dir. Of what cannot be found it is left
// to the writing to fail.
func within(path, dir string) bool {
	real := func(p string) string {
		p, _ = filepath.Abs(p)
		if q, err := filepath.EvalSymlinks(p); err == nil {
			return q
		}
		return p
	}
	rel, err := filepath.Rel(real(dir), filepath.Join(real(filepath.Dir(path)), filepath.Base(path)))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// faultOfContents says of an error about what a backup holds that the backup is
// bad, for the person wrote none of it by hand.
func faultOfContents(err error) error {
	if errors.Is(err, settings.ErrUnknownKey) {
		return fmt.Errorf("%w: %w", backup.ErrNewer, err)
	}
	if errors.Is(err, settings.ErrBadValue) || errors.Is(err, people.ErrBadContact) || errors.Is(err, people.ErrTooMany) {
		return fmt.Errorf("%w: %w", backup.ErrDamaged, err)
	}
	return fault(err)
}

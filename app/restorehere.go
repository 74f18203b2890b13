package app

import (
	"errors"
	"path/filepath"

	"paravent/app/backup"
	"paravent/settings"
)

// A phone that ever connected has this mark: from then on somebody may know
// its link, and its identity is never replaced.
const (
	ownBlobs   = "app"
	startedKey = "started"
)

// rememberStart leaves the mark, before anything is published.
func (a *App) rememberStart() error {
	blobs := a.people.Blobs(ownBlobs)
	mark, err := blobs.Get(startedKey)
	if err != nil || mark != nil {
		return err
	}
	return blobs.Put(startedKey, []byte{1})
}

// RestoreHere puts the backup at path in the place of a phone that nobody has
// set up, and returns the phone that it holds, open and not started. On error
// it returns the phone that goes on: this one, or another App with the same
// profile, just as it was; a closed one only where not even that opens. Faults:
// ErrProfileUsed where anything of a person is in this phone, and those of
// ReadBackup and Restore.
//
//	nothing of a person here? -> read -> Close -> restored aside, renamed over -> Open
//	  '-- error: this phone ------------'          '-- error: Open of what was
func (a *App) RestoreHere(path, passphrase string) (*App, error) {
	if err := a.neverSetUp(); err != nil {
		return a, err
	}
	c, err := readBackup(path, passphrase)
	if err != nil {
		return a, err
	}
	opts, err := a.opts, a.Close()
	opts.Passphrase = a.key.opensWith()
	if err == nil {
		err = opts.replace(c)
	}
	if err == nil {
		opts.Name = "" // it was for whoever would be set up here
	}
	next, again := Open(opts)
	if again != nil {
		return a, errors.Join(err, again)
	}
	return next, err
}

// neverSetUp is ErrProfileUsed unless nobody chose a name or a server here,
// nothing was imported, nobody is known, and nobody can know this phone's link.
func (a *App) neverSetUp() error {
	s := a.settings.Current()
	mark, err := a.people.Blobs(ownBlobs).Get(startedKey)
	if err != nil {
		return err
	}
	tunnel, err := a.people.Blobs(tunnelBlobs).Get(tunnelKey)
	if err != nil {
		return err
	}
	named := s.Name != "" && s.Name != a.opts.Name
	return used(named || s.Server.Mode != settings.ServerUnset || mark != nil || tunnel != nil ||
		len(a.people.Contacts()) > 0 || len(a.people.History(1)) > 0 || len(a.door.Blocked()) > 0)
}

// replace is restore into the profile of a phone that was never set up: its key
// and its people file are those of nobody, and go.
func (o *Options) replace(c backup.Contents) error {
	inFile, err := exists(filepath.Join(o.Profile, keyFile))
	if err != nil {
		return err
	}
	useKeyring := false
	if !inFile { // a key file wins over the keyring
		if useKeyring, _, err = o.keyPlace(); err != nil {
			return err
		}
	}
	return o.fill(c, useKeyring)
}

package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"paravent/app/backup"
	"paravent/app/identity"
	"paravent/app/people"
	"paravent/app/phone"
	"paravent/settings"
)

// ErrProfileUsed says that the profile has an identity or people already: a
// backup is restored beside them, into another profile, and never over them.
var ErrProfileUsed = phone.NewFault("profile-in-use")

// Folders in a profile while a backup is restored.
//
//	build in .restoring -> rename to .restored: from here on it is restored -> move each file up -> remove
//	killed here: removed                        killed here: moved up when the profile is opened
const (
	restoring = ".restoring"
	restored  = ".restored"
)

// stagedKey is where the key waits in the keyring until it is restored.
const stagedKey = " (being restored)"

// Restore puts a backup into a profile that has neither identity nor people,
// all of it or nothing, and the key where Open would put a new one. Faults:
// ErrProfileUsed, those of backup.Read, phone.ErrDiskFull, ErrProfile, and the
// keyring's.
//
// The phone is then the same person with the same address, if it uses the same
// server, and it must be the only one: both would have the same mailbox, and
// the server lets both read it, but the prekeys of the one that published last
// are those that callers use, so that knocks reach that one alone. Prekeys and
// the memory against replays are therefore not in a backup. This phone makes new
// prekeys; what was sealed to older ones, also what somebody recorded to send it
// once more, opens nowhere any longer.
func Restore(profile string, r io.Reader, passphrase string) error {
	return (&Options{Profile: profile}).Restore(r, passphrase)
}

// Restore is the function of that name, for a phone that will be opened with
// these options.
func (o *Options) Restore(r io.Reader, passphrase string) error {
	c, err := backup.Read(r, passphrase)
	if err != nil {
		return fault(err)
	}
	return o.restore(c)
}

// restore is Restore of what was read.
func (o *Options) restore(c backup.Contents) error {
	if err := os.MkdirAll(o.Profile, 0o700); err != nil {
		return profileFault(err)
	}
	if err := o.finishRestore(); err != nil {
		return err
	}
	useKeyring, err := o.unused()
	if err != nil {
		return err
	}
	return o.fill(c, useKeyring)
}

// fill puts c into the profile, over what may be there.
func (o *Options) fill(c backup.Contents, useKeyring bool) error {
	if err := o.stage(c, useKeyring); err != nil {
		if useKeyring {
			err = errors.Join(err, o.keyring(stagedKey).Remove())
		}
		return errors.Join(err, os.RemoveAll(filepath.Join(o.Profile, restoring)))
	}
	if err := os.Rename(filepath.Join(o.Profile, restoring), filepath.Join(o.Profile, restored)); err != nil {
		return profileFault(err)
	}
	return o.finishRestore()
}

// unused tells whether the key goes into the keyring.
func (o *Options) unused() (useKeyring bool, err error) {
	for _, name := range []string{keyFile, peopleFile} {
		if found, err := exists(filepath.Join(o.Profile, name)); err != nil || found {
			return false, errors.Join(err, used(found))
		}
	}
	useKeyring, hasKey, err := o.keyPlace()
	return useKeyring, errors.Join(err, used(hasKey))
}

// keyPlace tells whether a profile without a key file has its key in the
// keyring, and whether there is one in it.
func (o *Options) keyPlace() (useKeyring, hasKey bool, err error) {
	if o.Unattended {
		return false, false, nil
	}
	_, err = o.keyring("").Load()
	switch {
	case err == nil:
		return true, true, nil
	case errors.Is(err, identity.ErrNoIdentity):
		return true, false, nil
	case errors.Is(err, identity.ErrNoKeyring):
		return false, false, nil
	}
	return false, false, err
}

func used(found bool) error {
	if found {
		return ErrProfileUsed
	}
	return nil
}

// stage builds everything aside.
func (o *Options) stage(c backup.Contents, useKeyring bool) error {
	dir := filepath.Join(o.Profile, restoring)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return profileFault(err)
	}
	me, err := identity.FromSeed(c.Seed)
	if err != nil {
		return err
	}
	if err := errors.Join(o.stageSettings(dir, c), stagePeople(dir, c, me)); err != nil {
		return err
	}
	keeper := identity.OpenFile(filepath.Join(dir, keyFile), o.passphrase())
	if useKeyring {
		keeper = o.keyring(stagedKey)
	}
	if err := keeper.Save(c.Seed); err != nil {
		return fault(err)
	}
	return profileFault(settings.SyncFolder(dir))
}

// stageSettings begins with what was chosen on this computer, such as devices.
func (o *Options) stageSettings(dir string, c backup.Contents) error {
	here, _, err := settings.Open(o.Profile)
	if err != nil {
		return fault(err)
	}
	store, _, err := settings.Open(dir)
	if err != nil {
		return fault(err)
	}
	if err := store.Update(func(s *settings.Settings) { *s = here.Current() }); err != nil {
		return fault(err)
	}
	return faultOfContents(store.SetAll(c.Settings))
}

func stagePeople(dir string, c backup.Contents, me *identity.Identity) error {
	store, _, err := people.Open(filepath.Join(dir, peopleFile), me.Derive("people"))
	if err != nil {
		return err
	}
	blobs := map[people.Blob][]byte{}
	for _, b := range secrets {
		if value, ok := c.Secrets[b.Part+"/"+b.Key]; ok {
			blobs[b] = value
		}
	}
	if len(blobs) < len(c.Secrets) {
		return errors.Join(fmt.Errorf("%w: secrets", backup.ErrNewer), store.Close())
	}
	err = faultOfContents(store.Fill(c.Contacts, c.History, blobs))
	if err == nil {
		_, err = store.MarkSeen() // nothing in a backup is news
	}
	return errors.Join(err, store.Close())
}

// finishRestore does what a restoring that was killed left to do: nothing of it
// happened yet, or all of it will have. Every step may be done twice.
func (o *Options) finishRestore() error {
	from := filepath.Join(o.Profile, restored)
	found, err := exists(from)
	if err != nil {
		return err
	}
	if !found {
		return profileFault(os.RemoveAll(filepath.Join(o.Profile, restoring)))
	}
	if err := o.finishKey(from); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return profileFault(err)
	}
	for _, e := range entries {
		err = errors.Join(err, os.Rename(filepath.Join(from, e.Name()), filepath.Join(o.Profile, e.Name())))
	}
	if err == nil {
		err = errors.Join(settings.SyncFolder(o.Profile), os.Remove(from), settings.SyncFolder(o.Profile))
	}
	return profileFault(err)
}

// finishKey gives the key its place in the keyring, where it was meant for that.
func (o *Options) finishKey(from string) error {
	for _, dir := range []string{from, o.Profile} {
		if found, err := exists(filepath.Join(dir, keyFile)); err != nil || found {
			return err
		}
	}
	seed, err := o.keyring(stagedKey).Load()
	if errors.Is(err, identity.ErrNoIdentity) {
		return nil // it has its place
	}
	if err == nil {
		err = o.keyring("").Save(seed)
	}
	if err != nil {
		return err
	}
	return o.keyring(stagedKey).Remove()
}

// profileFault says that the profile's folder cannot be used.
func profileFault(err error) error {
	if err == nil || settings.IsDiskFull(err) {
		return fault(err)
	}
	if _, known := errors.AsType[*phone.Fault](err); known {
		return err
	}
	return fmt.Errorf("%w: %w", ErrProfile, err)
}

package app

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"paravent/app/phone"
	"paravent/app/profiles"
)

// ErrNotOpened is a notice: the window of another profile did not open.
var ErrNotOpened = phone.NewFault("profile-not-opened")

// ErrOwnProfile says that a phone cannot delete the profile that it has open.
var ErrOwnProfile = phone.NewFault("profile-is-current")

// errTwoProfiles is bad usage of the command line.
var errTwoProfiles = errors.New("--profile and --profile-name name two profiles")

// findProfile completes Options.Profile by name, or with the default.
func (o *Options) findProfile() error {
	if o.Profile != "" && o.ProfileName != "" {
		return errTwoProfiles
	}
	if o.Profile != "" {
		return nil
	}
	shelf, err := profiles.Own()
	if err != nil {
		return err
	}
	p := shelf.Default()
	if o.ProfileName != "" {
		if p, err = shelf.Find(o.ProfileName); err != nil {
			return err
		}
	}
	o.Profile, o.ProfileName = p.Dir, ""
	return nil
}

// ProfileName is what the person calls the profile of this phone, "" for the
// default one. It reads the disk.
func (a *App) ProfileName() string { return NameOfProfile(a.opts.Profile) }

// NameOfProfile is what the person calls the profile in a folder, "" for the
// default one; of a folder that is no profile of theirs it is the last element.
// It reads the disk.
func NameOfProfile(dir string) string {
	shelf, err := profiles.Own()
	if err == nil {
		kept, _ := shelf.List() // where the folder cannot be read there is still the default
		for _, p := range kept {
			if sameFile(p.Dir, dir) {
				return p.Name
			}
		}
	}
	return filepath.Base(dir)
}

// Profiles lists the profiles of this user, the default one first, and the
// current one also where it is none of them. It reads the disk.
func (a *App) Profiles() []phone.Profile {
	var list []phone.Profile
	found := false
	shelf, err := profiles.Own()
	if err == nil {
		kept, _ := shelf.List() // where the folder cannot be read there is still the default
		for _, p := range kept {
			current := sameFile(p.Dir, a.opts.Profile)
			found = found || current
			list = append(list, phone.Profile{ID: p.ID, Name: p.Name, Current: current, Open: current || profiles.Running(p.Dir)})
		}
	}
	if !found {
		name := filepath.Base(a.opts.Profile)
		list = append(list, phone.Profile{ID: a.opts.Profile, Name: name, Current: true, Open: true, Elsewhere: true})
	}
	return list
}

// sameFile tells whether two paths lead to one folder.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// CreateProfile makes a profile that nobody has used yet.
func (a *App) CreateProfile(name string) (phone.Profile, error) {
	shelf, err := profiles.Own()
	if err != nil {
		return phone.Profile{}, err
	}
	p, err := shelf.Create(name)
	return phone.Profile{ID: p.ID, Name: p.Name}, err
}

// RestoreProfile makes a profile of that name from the backup at path, or none.
func (a *App) RestoreProfile(name, path, passphrase string) (phone.Profile, error) {
	c, err := readBackup(path, passphrase)
	if err != nil {
		return phone.Profile{}, err
	}
	shelf, err := profiles.Own()
	if err != nil {
		return phone.Profile{}, err
	}
	p, err := shelf.Create(name)
	if err != nil {
		return phone.Profile{}, err
	}
	if err := (&Options{Profile: p.Dir}).restore(c); err != nil {
		return phone.Profile{}, errors.Join(err, shelf.Delete(p.ID))
	}
	return phone.Profile{ID: p.ID, Name: p.Name}, nil
}

// RenameProfile gives a profile another name; profile is a name or an ID.
func (a *App) RenameProfile(profile, name string) error {
	shelf, err := profiles.Own()
	if err != nil {
		return err
	}
	return shelf.Rename(profile, name)
}

// DeleteProfile deletes a profile with its key, people and settings, for ever.
// One that is open anywhere stays.
func (a *App) DeleteProfile(profile string) error {
	shelf, err := profiles.Own()
	if err != nil {
		return err
	}
	p, err := shelf.Find(profile)
	switch {
	case err != nil:
		return err
	case sameFile(p.Dir, a.opts.Profile):
		return ErrOwnProfile
	}
	return shelf.Delete(p.ID)
}

// OpenProfile starts this program once more for another profile; where that is
// open already, its window comes forward. A start that fails is told as a notice.
func (a *App) OpenProfile(profile string) error {
	shelf, err := profiles.Own()
	if err != nil {
		return err
	}
	p, err := shelf.Find(profile)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	cmd := exec.Command(program, "--profile", p.Dir)
	cmd.SysProcAttr = ownSession()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	go func() {
		if err := cmd.Wait(); err != nil {
			a.note(fmt.Errorf("%w: %w", ErrNotOpened, err))
		}
	}()
	return nil
}

// Package profiles is the shelf of profiles in the configuration folder: each
// is a whole phone with its own key, people and settings. The default profile
// is the folder itself; the others lie below it under names that are made here
// and never used twice, so that no key of a deleted one can come back. All of
// it reads and writes the disk, and may be called from any goroutine.
//
//	paravent/                      the default profile
//	paravent/profiles/p-work-1f00…/ a profile; profile.json holds its name
//	paravent/profiles/.trash-…     one that is being deleted
package profiles

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofrs/flock"

	"paravent/app/instance"
	"paravent/app/phone"
)

// Faults of profiles.
var (
	ErrBadName   = phone.NewFault("profile-bad-name") // empty, too long, or with other than letters, digits, spaces and hyphens
	ErrNameTaken = phone.NewFault("profile-name-taken")
	ErrNotFound  = phone.NewFault("profile-not-found")
	ErrDefault   = phone.NewFault("profile-is-default") // it has no name and stays
	ErrFolder    = phone.NewFault("profiles-unusable")
)

const (
	maxName  = 40      // characters
	maxFile  = 4 << 10 // bytes of profile.json
	nameFile = "profile.json"
	trash    = ".trash-"
	begun    = ".new-"
)

// Profile is one of the shelf.
type Profile struct {
	ID   string // the name of its folder, "" for the default
	Name string // what the person calls it, "" for the default
	Dir  string
}

// Shelf is the configuration folder that holds the profiles.
type Shelf struct{ root string }

// Own is the shelf of this user.
func Own() (Shelf, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return Shelf{}, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return At(filepath.Join(dir, "paravent")), nil
}

// At is the shelf whose default profile is root.
func At(root string) Shelf { return Shelf{root} }

// Default is the profile that needs no name.
func (s Shelf) Default() Profile { return Profile{Dir: s.root} }

func (s Shelf) others() string { return filepath.Join(s.root, "profiles") }

// List lists the default profile and then the others by name.
func (s Shelf) List() ([]Profile, error) {
	entries, err := os.ReadDir(s.others())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return []Profile{s.Default()}, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	var named []Profile
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			named = append(named, s.read(e.Name()))
		}
	}
	slices.SortFunc(named, func(a, b Profile) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return append([]Profile{s.Default()}, named...), nil
}

// read reads a profile's name; one that cannot be read is called by its folder.
func (s Shelf) read(id string) Profile {
	p := Profile{ID: id, Name: id, Dir: filepath.Join(s.others(), id)}
	path := filepath.Join(p.Dir, nameFile)
	if info, err := os.Stat(path); err != nil || info.Size() > maxFile {
		return p
	}
	text, err := os.ReadFile(path)
	var kept struct{ Name string }
	if err == nil && json.Unmarshal(text, &kept) == nil {
		if name, err := clean(kept.Name); err == nil {
			p.Name = name
		}
	}
	return p
}

// Find finds a profile by name, whatever its capitals, or by its ID.
func (s Shelf) Find(nameOrID string) (Profile, error) {
	list, err := s.List()
	if err != nil {
		return Profile{}, err
	}
	wanted := strings.TrimSpace(nameOrID)
	for _, p := range list {
		if p.ID == wanted || p.Name != "" && strings.EqualFold(p.Name, wanted) {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("%w: %.60q", ErrNotFound, nameOrID)
}

// Create makes a profile. Its folder is there as a whole or not at all.
func (s Shelf) Create(name string) (Profile, error) {
	name, err := s.free(name, "")
	if err != nil {
		return Profile{}, err
	}
	id := folderName(name)
	p := Profile{ID: id, Name: name, Dir: filepath.Join(s.others(), id)}
	temp := filepath.Join(s.others(), begun+id)
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return Profile{}, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	err = writeName(temp, name)
	if err == nil {
		err = os.Rename(temp, p.Dir)
	}
	if err != nil {
		return Profile{}, fmt.Errorf("%w: %w", ErrFolder, errors.Join(err, os.RemoveAll(temp)))
	}
	return p, nil
}

// Rename gives a profile another name; its folder stays.
func (s Shelf) Rename(id, name string) error {
	p, err := s.named(id)
	if err != nil {
		return err
	}
	if name, err = s.free(name, p.ID); err != nil {
		return err
	}
	if err := writeName(p.Dir, name); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// Delete deletes a profile that no process has, or is instance.ErrRunning. It
// first gets a name under which nothing is looked for: what a power cut leaves
// of it is removed by the next Delete.
func (s Shelf) Delete(id string) error {
	p, err := s.named(id)
	if err != nil {
		return err
	}
	away := filepath.Join(s.others(), trash+p.ID)
	if err := whileUnused(p.Dir, func() error { return os.Rename(p.Dir, away) }); err != nil {
		return err
	}
	left, err := filepath.Glob(filepath.Join(s.others(), trash+"*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// named finds a profile that may be changed.
func (s Shelf) named(id string) (Profile, error) {
	p, err := s.Find(id)
	if err == nil && p.ID == "" {
		err = ErrDefault
	}
	return p, err
}

// free cleans a name and makes sure that no other profile has it.
func (s Shelf) free(name, own string) (string, error) {
	name, err := clean(name)
	if err != nil {
		return "", err
	}
	p, err := s.Find(name)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && p.ID == own:
		return name, nil
	case err != nil:
		return "", err
	}
	return "", ErrNameTaken
}

// Running tells whether a process has the profile, with a window or without.
func Running(dir string) bool {
	return instance.Running(dir) || errors.Is(whilePeopleUnused(dir, func() error { return nil }), instance.ErrRunning)
}

// whileUnused runs f while no process has the profile nor can get it.
func whileUnused(dir string, f func() error) error {
	unlock, err := instance.Lock(dir)
	if err != nil {
		return err
	}
	err = whilePeopleUnused(dir, f)
	return errors.Join(err, unlock())
}

// whilePeopleUnused runs f while nothing has the people of a profile open: a
// phone without a window holds nothing else. Windows renames no folder in
// which a file is open, and needs no such check.
func whilePeopleUnused(dir string, f func() error) error {
	path := filepath.Join(dir, "people.db")
	if _, err := os.Lstat(path); err == nil {
		lock := flock.New(path, flock.SetFlag(os.O_RDWR))
		locked, err := lock.TryLock()
		if err == nil && !locked {
			err = instance.ErrRunning
		}
		if err != nil {
			return errors.Join(err, lock.Close())
		}
		defer func() { _ = lock.Close() }()
	}
	if err := f(); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// clean is a name as it is kept: letters, digits, hyphens and single spaces.
func clean(name string) (string, error) {
	if len(name) > 8*maxName || !utf8.ValidString(name) {
		return "", ErrBadName
	}
	name = strings.Join(strings.Fields(name), " ")
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != ' ' && r != '-' {
			return "", ErrBadName
		}
	}
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return "", ErrBadName
	}
	return name, nil
}

// folderName is a new folder for name: what every file system takes of it, and
// a number that was never used before.
func folderName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	var unique [6]byte
	_, _ = rand.Read(unique[:]) // never fails
	return "p-" + b.String() + "-" + hex.EncodeToString(unique[:])
}

// writeName replaces the name's file as a whole.
func writeName(dir, name string) error {
	text, err := json.Marshal(struct{ Name string }{name})
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".name-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, nameFile))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

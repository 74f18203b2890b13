package uitest

import (
	"slices"

	"paravent/app/phone"
)

// shelf is the default profile, which is open here, and two others.
func shelf() []phone.Profile {
	return []phone.Profile{{Current: true, Open: true}, {ID: "p-club-1", Name: "Club", Open: true}, {ID: "p-work-1", Name: "Travail"}}
}

// ProfileName implements ui.Phone, as do the methods below.
func (f *Fake) ProfileName() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.shelf {
		if p.Current {
			return p.Name
		}
	}
	return ""
}

func (f *Fake) Profiles() []phone.Profile {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.shelf)
}

func (f *Fake) CreateProfile(name string) (phone.Profile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := phone.Profile{ID: "p-" + name, Name: name}
	err := f.takeErr()
	if err == nil {
		f.shelf = append(f.shelf, p)
	}
	return p, err
}

func (f *Fake) RenameProfile(profile, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range f.shelf {
		if p.ID == profile {
			f.shelf[i].Name = name
		}
	}
	return f.takeErr()
}

func (f *Fake) DeleteProfile(profile string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.takeErr()
	if err == nil {
		f.shelf = slices.DeleteFunc(f.shelf, func(p phone.Profile) bool { return p.ID == profile })
	}
	return err
}

func (f *Fake) OpenProfile(profile string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, "open "+profile)
	return f.takeErr()
}

// InProfile makes the phone that of the profile of that name alone.
func (f *Fake) InProfile(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shelf = []phone.Profile{{}, {ID: "p-own", Name: name, Current: true, Open: true}}
}

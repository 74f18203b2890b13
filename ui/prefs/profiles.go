package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/backup"
	"paravent/ui/widgets"
)

// profiles lists this user's phones and what may be done with each.
func (s *Screen) profiles() fyne.CanvasObject {
	w := s.env.Words
	rows := []fyne.CanvasObject{widgets.Flush(widgets.Paragraph(w.T("profiles.about")))}
	for _, p := range s.shelf {
		rows = append(rows, s.profile(p))
	}
	rows = append(rows, container.NewHBox(
		widgets.NewButton(w.T("profiles.new"), s.newProfile),
		widgets.NewButton(w.T("profiles.restore"), s.restoreProfile)))
	return widgets.Section(w.T("profiles.title"), rows...)
}

func (s *Screen) profileName(p phone.Profile) string {
	if p.Name == "" {
		return s.env.Words.T("profiles.default")
	}
	return s.env.Words.Name(p.Name)
}

func (s *Screen) profile(p phone.Profile) fyne.CanvasObject {
	w := s.env.Words
	state, open := w.T("profiles.closed"), w.T("profiles.open")
	switch {
	case p.Current:
		state = w.T("profiles.current")
	case p.Open:
		state, open = w.T("profiles.running"), w.T("profiles.forward")
	}
	buttons := container.NewHBox()
	if !p.Current {
		buttons.Add(widgets.NewButton(open, func() { s.openProfile(p.ID) }))
	}
	if p.ID != "" && !p.Elsewhere {
		buttons.Add(widgets.NewButton(w.T("profiles.rename"), func() { s.renameProfile(p) }))
	}
	if p.ID != "" && !p.Open {
		buttons.Add(widgets.NewButton(w.T("profiles.delete"), func() { s.deleteProfile(p) }))
	}
	name := container.NewVBox(widgets.NewLine(s.profileName(p)).Bold().Cut(), widgets.NewLine(state).Small())
	return container.NewBorder(nil, nil, nil, container.NewCenter(buttons), name)
}

// shelve does something to the profiles and lists them again, away from the
// drawing goroutine.
func (s *Screen) shelve(change func() error, failed func(error)) {
	s.env.Spawn(func() func() {
		err := change()
		list := s.phone.Profiles()
		return func() {
			s.shelf = list
			s.fill()
			failed(err)
			s.onProfiles()
		}
	})
}

func (s *Screen) openProfile(id string) {
	s.shelve(func() error { return s.phone.OpenProfile(id) }, s.env.Fail)
}

func (s *Screen) newProfile() {
	w := s.env.Words
	s.askName(w.T("profiles.new-title"), "", w.T("profiles.new-do"), func(name string) error {
		p, err := s.phone.CreateProfile(name)
		if err != nil {
			return err
		}
		return s.phone.OpenProfile(p.ID)
	})
}

// restoreProfile makes a profile from a backup and opens its window. This
// phone stays who it is.
func (s *Screen) restoreProfile() {
	w := s.env.Words
	backup.Restore(s.env, backup.Target{
		Title: w.T("profiles.restore-title"), Do: w.T("profiles.restore-do"), Now: s.now(), Self: s.phone.Self().ID, Named: true,
		Read: s.phone.ReadBackup,
		Restore: func(name, path, passphrase string) (func(), error) {
			p, err := s.phone.RestoreProfile(name, path, passphrase)
			if err != nil {
				return nil, err
			}
			return func() { s.openProfile(p.ID) }, nil
		},
	})
}

func (s *Screen) renameProfile(p phone.Profile) {
	w := s.env.Words
	s.askName(w.T("profiles.rename-title", "name", s.profileName(p)), p.Name, w.T("profiles.rename-do"),
		func(name string) error { return s.phone.RenameProfile(p.ID, name) })
}

// askName asks for a profile's name until it can be used.
func (s *Screen) askName(title, name, yes string, then func(name string) error) {
	w := s.env.Words
	entry := widgets.NewEntry()
	entry.SetPlaceHolder(w.T("profiles.name-hint"))
	entry.SetText(name)
	problem := widgets.Problem()
	entry.OnChanged = func(string) { widgets.SetProblem(problem, "") }
	var d *widgets.Dialog
	try := func() {
		wanted := entry.Text
		s.shelve(func() error { return then(wanted) }, func(err error) {
			widgets.SetProblem(problem, w.Error(err))
			if err == nil {
				d.Hide()
			}
		})
	}
	entry.OnSubmitted = func(string) { try() }
	agree := widgets.NewButton(yes, try)
	agree.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, title, 420, container.NewVBox(widgets.Field(w.T("profiles.name"), entry), problem),
		widgets.NewButton(w.T("cancel"), func() { d.Hide() }), agree)
	s.env.Window.Canvas().Focus(entry)
}

func (s *Screen) deleteProfile(p phone.Profile) {
	w := s.env.Words
	widgets.Ask(s.env.Window, w.T("profiles.delete-title", "name", s.profileName(p)), w.T("profiles.delete-question"),
		w.T("profiles.delete-do"), w.T("cancel"), func() {
			s.shelve(func() error { return s.phone.DeleteProfile(p.ID) }, s.env.Fail)
		})
}

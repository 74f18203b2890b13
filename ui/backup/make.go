package backup

import (
	"os"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/secret"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Maker is the phone that is backed up.
type Maker interface {
	BackupTo(path, passphrase string, without ...phone.BackupPart) error
}

// making is the dialog in which a backup is made.
type making struct {
	env     widgets.Env
	phone   Maker
	done    func(path string)
	secret  *secret.Field
	place   *place
	without *widgets.Check
	problem *widget.Label
	busy    *widgets.Busy
	save    *widgets.Button
	dialog  *widgets.Dialog
}

// Make asks for a passphrase and a place, and writes a backup of p there. done
// gets the path, also where a call took the dialog's place by then.
func Make(env widgets.Env, p Maker, now time.Time, done func(path string)) {
	w := env.Words
	m := &making{env: env, phone: p, done: done, problem: widgets.Problem()}
	m.busy = widgets.NewBusy()
	m.secret = secret.NewTwice(w, w.T("passphrase.title"), m.try, m.fit)
	m.place = newPlace(env, suggested(now), func() { m.say("") })
	m.without = widgets.NewCheck(w.T("backup.without-history"), nil)
	m.save = widgets.NewButton(w.T("backup.save"), m.try)
	m.save.Importance = widget.HighImportance
	shut := widgets.NewButton(w.T("cancel"), func() { m.dialog.Hide() })
	m.busy.Others = append(append(m.secret.Disableables(), m.place.disableables()...), m.without, m.save, shut)
	m.dialog = widgets.NewDialog(env.Window, w.T("backup.make-title"), 480, container.NewVBox(
		m.secret.Object, widgets.Gap(6), m.place.object, m.without, m.problem, m.busy.Object), shut, m.save)
	m.busy.Dialog = m.dialog
	env.Window.Canvas().Focus(m.secret.First())
}

func (m *making) fit() { m.dialog.Fit() }

// say shows what is wrong, nothing for "".
func (m *making) say(problem string) {
	widgets.SetProblem(m.problem, problem)
	m.fit()
}

// try goes on where everything is given.
func (m *making) try() {
	path := m.place.path()
	switch {
	case m.save.Disabled() || !m.secret.Complete(m.env.Window.Canvas()):
	case path == "":
		m.say(m.env.Words.T("backup.no-name"))
		m.env.Window.Canvas().Focus(m.place.name)
	default:
		m.look(path)
	}
}

// look asks before another file is replaced.
func (m *making) look(path string) {
	m.busy.Start(m.env.Words.T("backup.writing"))
	m.env.Spawn(func() func() {
		_, err := os.Lstat(path)
		return func() {
			if err != nil { // of what cannot be looked at, writing says why
				m.write(path)
				return
			}
			m.busy.Stop()
			w := m.env.Words
			widgets.Ask(m.env.Window, w.T("backup.replace-title"), w.T("backup.replace", "path", words.SafeText(path)),
				w.T("backup.replace-do"), w.T("cancel"), func() { m.write(path) })
		}
	})
}

func (m *making) write(path string) {
	m.say("")
	m.busy.Start(m.env.Words.T("backup.writing"))
	var without []phone.BackupPart
	if m.without.Checked {
		without = append(without, phone.BackupHistory)
	}
	passphrase := m.secret.Text()
	m.env.Spawn(func() func() {
		err := m.phone.BackupTo(path, passphrase, without...)
		return func() { m.written(path, err) }
	})
}

func (m *making) written(path string, err error) {
	w := m.env.Words
	m.busy.Stop()
	switch gone := m.dialog.Gone(); {
	case err != nil && gone:
		m.env.Fail(err)
	case err != nil:
		m.say(w.Error(err))
	default:
		m.dialog.Hide()
		m.done(path)
		if !gone {
			widgets.Tell(m.env.Window, w.T("backup.done-title"), w.T("backup.done", "path", words.SafeText(path)), w.T("close"))
		}
	}
}

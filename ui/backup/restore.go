package backup

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/secret"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Target is where a backup is restored to.
type Target struct {
	Title, Do string
	// Self is the identity of the phone that asks, "" where it is nobody's yet.
	Self string
	// Named asks for the name of a new profile.
	Named bool
	Now   time.Time
	// Read tells what is in a backup, away from the drawing goroutine.
	Read func(path, passphrase string) (phone.BackupContents, error)
	// Restore does it, away from the drawing goroutine. What it returns runs on
	// that one, also after an error; nil does nothing.
	Restore func(name, path, passphrase string) (then func(), err error)
}

// restoring is the dialog in which a backup is chosen, read and restored.
//
//	file, passphrase -- Check --> what is in it -- Restore --> closed
//	   ^---------------- Back ---------'
type restoring struct {
	env    widgets.Env
	target Target

	file   *widgets.Entry
	secret *secret.Field
	name   *widgets.Entry
	form   *fyne.Container
	found  *fyne.Container // what is in the file; empty while the form is shown
	say    func(string)
	busy   *widgets.Busy
	leave  *widgets.Button // Cancel, or Back
	next   *widgets.Button // Check, or Restore
	dialog *widgets.Dialog
}

// Restore asks for a file and its passphrase, shows what is in it, and restores
// it to t once that was agreed to. Nothing is written before.
func Restore(env widgets.Env, t Target) {
	w := env.Words
	r := &restoring{env: env, target: t, busy: widgets.NewBusy(), file: widgets.NewEntry(), name: widgets.NewEntry(), found: container.NewVBox()}
	problem := widgets.Problem()
	r.say = func(text string) {
		widgets.SetProblem(problem, text)
		r.dialog.Fit()
	}
	r.next = widgets.NewButton("", func() { r.forward() })
	r.next.Importance = widget.HighImportance
	r.leave = widgets.NewButton("", func() { r.back() })
	r.form = r.newForm()
	r.name.SetPlaceHolder(w.T("profiles.name-hint"))
	r.name.OnChanged = func(string) { r.say("") }
	r.name.OnSubmitted = func(string) { r.forward() }
	r.dialog = widgets.NewDialog(env.Window, t.Title, 500, container.NewVBox(r.form, r.found, problem, r.busy.Object), r.leave, r.next)
	r.busy.Dialog = r.dialog
	r.ask()
}

func (r *restoring) newForm() *fyne.Container {
	w := r.env.Words
	r.file.SetPlaceHolder(w.T("restore.file-hint"))
	r.file.OnChanged = func(string) { r.say("") }
	r.file.OnSubmitted = func(string) { r.forward() }
	choose := widgets.NewButton(w.T("restore.choose"), func() {
		widgets.ChooseFile(r.env, w.T("restore.file"), []string{ending}, func(path string) {
			r.file.SetText(path)
			r.env.Window.Canvas().Focus(r.secret.First())
		})
	})
	r.secret = secret.New(w, w.T("restore.passphrase"), w.T("restore.passphrase-hint"), r.forward, func() { r.dialog.Fit() })
	r.busy.Others = append(r.secret.Disableables(), r.file, choose, r.name, r.leave, r.next)
	return container.NewVBox(
		widgets.Field(w.T("restore.file"), container.NewBorder(nil, nil, nil, choose, r.file)),
		widgets.Gap(4), r.secret.Object)
}

// ask shows the form.
func (r *restoring) ask() {
	w := r.env.Words
	r.found.Objects = nil
	r.form.Show()
	r.leave.SetText(w.T("cancel"))
	r.next.SetText(w.T("restore.check"))
	r.say("")
	r.env.Window.Canvas().Focus(r.file)
}

func (r *restoring) back() {
	if r.form.Visible() {
		r.dialog.Hide()
		return
	}
	r.ask()
}

func (r *restoring) forward() {
	path := strings.TrimSpace(r.file.Text)
	switch {
	case r.next.Disabled():
	case !r.form.Visible():
		r.restore(path)
	case path == "":
		r.say(r.env.Words.T("restore.no-file"))
		r.env.Window.Canvas().Focus(r.file)
	case r.secret.Complete(r.env.Window.Canvas()):
		r.read(path)
	}
}

func (r *restoring) read(path string) {
	r.say("")
	r.busy.Start(r.env.Words.T("restore.checking"))
	passphrase := r.secret.Text()
	r.env.Spawn(func() func() {
		c, err := r.target.Read(path, passphrase)
		return func() {
			r.busy.Stop()
			r.say(r.env.Words.Error(err))
			if err == nil && !r.dialog.Gone() {
				r.show(c)
			}
		}
	})
}

// show says what was found, and what to know before it is restored.
func (r *restoring) show(c phone.BackupContents) {
	w := r.env.Words
	name := w.Name(c.Name)
	face := widgets.NewAvatar(40)
	face.SetPerson(name, c.ID)
	count := w.T("restore.count", "people", fmt.Sprint(c.People), "entries", fmt.Sprint(c.Entries))
	about := container.NewVBox(widgets.NewLine(name).Bold().Cut(), widgets.NewLine(count).Small().Cut())
	if !c.Made.IsZero() {
		about.Add(widgets.NewLine(w.T("restore.made", "date", w.Day(c.Made, r.target.Now))).Small())
	}
	r.found.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil, container.NewCenter(face), nil, about), widgets.Gap(4)}
	if r.target.Named {
		if r.name.Text == "" {
			r.name.SetText(words.SafeName(c.Name))
		}
		r.found.Add(widgets.Field(w.T("profiles.name"), r.name))
	}
	for _, text := range r.warnings(c) {
		r.found.Add(widgets.Flush(widgets.Paragraph(text)))
	}
	r.form.Hide()
	r.leave.SetText(w.T("restore.back"))
	r.next.SetText(r.target.Do)
	r.dialog.Fit()
	r.env.Window.Canvas().Focus(r.leave)
}

func (r *restoring) warnings(c phone.BackupContents) []string {
	w := r.env.Words
	list := []string{w.T("restore.once")}
	if c.ID == r.target.Self {
		list = []string{w.T("restore.yours")}
	}
	if c.ServerHere {
		list = append(list, w.T("restore.server-here"))
	}
	return list
}

func (r *restoring) restore(path string) {
	r.say("")
	r.busy.Start(r.env.Words.T("restore.restoring"))
	name, passphrase := r.name.Text, r.secret.Text()
	r.env.Spawn(func() func() {
		then, err := r.target.Restore(name, path, passphrase)
		return func() {
			r.busy.Stop()
			r.say(r.env.Words.Error(err))
			if err == nil {
				r.dialog.Hide()
			} else if r.dialog.Gone() {
				r.env.Fail(err)
			}
			if then != nil {
				then()
			}
		}
	})
}

package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/secret"
	"paravent/ui/widgets"
)

// keyChange is what becomes of the passphrase of a key; it names its words.
type keyChange string

const (
	keySet     keyChange = "set"
	keyChanged keyChange = "change"
	keyRemoved keyChange = "remove"
)

// protecting is the dialog in which a passphrase is set, changed or removed.
type protecting struct {
	env     widgets.Env
	phone   Phone
	done    func()
	current *secret.Field // nil where there is none yet
	next    *secret.Field // nil where there will be none
	problem *widget.Label
	busy    *widgets.Busy
	do      *widgets.Button
	dialog  *widgets.Dialog
}

// protect asks for what the change needs, and makes it; done runs afterwards.
func protect(env widgets.Env, p Phone, change keyChange, done func()) {
	w := env.Words
	d := &protecting{env: env, phone: p, done: done, problem: widgets.Problem(), busy: widgets.NewBusy()}
	d.do = widgets.NewButton(w.T("key."+string(change)+"-do"), d.try)
	d.do.Importance = widget.HighImportance
	shut := widgets.NewButton(w.T("cancel"), func() { d.dialog.Hide() })
	d.busy.Others = []fyne.Disableable{d.do, shut}
	rows := append(d.fields(change), d.problem, d.busy.Object)
	d.dialog = widgets.NewDialog(env.Window, w.T("key."+string(change)+"-title"), 480, container.NewVBox(rows...), shut, d.do)
	d.busy.Dialog = d.dialog
	env.Window.Canvas().Focus(d.asked()[0].First())
}

// fields are what is typed, and what to know before.
func (d *protecting) fields(change keyChange) (rows []fyne.CanvasObject) {
	w := d.env.Words
	about := w.T("key.forgotten")
	if change == keyRemoved {
		about = w.T("key.remove-about")
	}
	if change != keySet {
		d.current = secret.New(w, w.T("key.current"), w.T("key.current-hint"), d.try, d.fit)
	}
	if change != keyRemoved {
		d.next = secret.NewTwice(w, w.T("key.new"), d.try, d.fit)
	}
	if d.current != nil && d.next != nil {
		d.current.RevealWith(d.next)
	}
	for _, f := range d.asked() {
		rows = append(rows, f.Object)
		d.busy.Others = append(d.busy.Others, f.Disableables()...)
	}
	return append(rows, widgets.Flush(widgets.Paragraph(about)))
}

func (d *protecting) asked() (list []*secret.Field) {
	for _, f := range []*secret.Field{d.current, d.next} {
		if f != nil {
			list = append(list, f)
		}
	}
	return list
}

func (d *protecting) fit() { d.dialog.Fit() }

// try makes the change where everything is given.
func (d *protecting) try() {
	if d.do.Disabled() {
		return
	}
	for _, f := range d.asked() {
		if !f.Complete(d.env.Window.Canvas()) {
			return
		}
	}
	widgets.SetProblem(d.problem, "")
	d.busy.Start(d.env.Words.T("key.busy"))
	current, next := typed(d.current), typed(d.next)
	d.env.Spawn(func() func() {
		err := d.phone.ProtectKey(current, next)
		return func() { d.tried(err) }
	})
}

func typed(f *secret.Field) string {
	if f == nil {
		return ""
	}
	return f.Text()
}

func (d *protecting) tried(err error) {
	d.busy.Stop()
	text := d.env.Words.Error(err)
	switch {
	case err == nil:
		d.dialog.Hide()
		d.done()
	case d.dialog.Gone(): // a call took its place
		d.env.Fail(err)
	case d.current != nil && phone.CodeOf(err) == "wrong-passphrase":
		d.current.Say(text)
		d.env.Window.Canvas().Focus(d.current.First())
	default:
		widgets.SetProblem(d.problem, text)
		d.fit()
		d.env.Window.Canvas().Focus(d.do)
	}
}

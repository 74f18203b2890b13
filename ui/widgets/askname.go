package widgets

import (
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// AskName asks under which name a person goes into the address book, and keeps
// asking until save takes one.
func AskName(env Env, proposed string, save func(name string) error) *Dialog {
	w := env.Words
	name, wrong := NewEntry(), Problem()
	name.SetPlaceHolder(w.T("contacts.name-hint"))
	name.SetText(proposed)
	name.OnChanged = func(string) { SetProblem(wrong, "") }
	var d *Dialog
	done := func() {
		chosen := strings.TrimSpace(name.Text)
		if chosen == "" {
			SetProblem(wrong, w.T("contacts.name-missing"))
		} else if err := save(chosen); err != nil {
			SetProblem(wrong, w.Error(err))
		} else {
			d.Hide()
			return
		}
		d.Fit()
	}
	name.OnSubmitted = func(string) { done() }
	yes := NewButton(w.T("link.add"), done)
	yes.Importance = widget.HighImportance
	d = NewDialog(env.Window, w.T("knock.add-title"), 420, container.NewVBox(
		Flush(Paragraph(w.T("knock.add-how"))), Field(w.T("contacts.name"), name), wrong),
		NewButton(w.T("cancel"), func() { d.Hide() }), yes)
	env.Window.Canvas().Focus(name)
	return d
}

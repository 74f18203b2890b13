package contacts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/widgets"
)

// Add asks for a name and a link, and adds the contact.
func (s *Screen) Add() {
	w := s.env.Words
	name, link := widget.NewEntry(), widget.NewMultiLineEntry()
	name.SetPlaceHolder(w.T("contacts.name-hint"))
	link.SetPlaceHolder("paravent:…")
	link.Wrapping = fyne.TextWrapBreak
	link.SetMinRowsVisible(4)
	problem := widgets.Problem()

	var dialog *widgets.Dialog
	try := func() {
		address := strings.TrimSpace(link.Text)
		switch {
		case strings.TrimSpace(name.Text) == "":
			widgets.SetProblem(problem, w.T("contacts.name-missing"))
			s.env.Window.Canvas().Focus(name)
			return
		case address == "":
			widgets.SetProblem(problem, w.T("contacts.link-missing"))
			s.env.Window.Canvas().Focus(link)
			return
		}
		if _, err := s.phone.AddContact(strings.TrimSpace(name.Text), address); err != nil {
			widgets.SetProblem(problem, w.Error(err))
			return
		}
		dialog.Hide()
		s.Reload()
	}
	add := widget.NewButton(w.T("contacts.add-confirm"), try)
	add.Importance = widget.HighImportance
	cancel := widget.NewButton(w.T("cancel"), func() { dialog.Hide() })
	name.OnSubmitted = func(string) { try() }
	link.OnChanged = func(string) { widgets.SetProblem(problem, "") }
	dialog = widgets.NewDialog(s.env.Window, w.T("contacts.add-title"), 440, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("contacts.add-how"))),
		widgets.Field(w.T("contacts.name"), name),
		widgets.Field(w.T("contacts.link"), link), problem,
	), cancel, add)
	s.env.Window.Canvas().Focus(name)
}

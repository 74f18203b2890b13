package contacts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/scan"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// adding is the dialog that puts somebody into the address book.
type adding struct {
	screen *Screen
	dialog *widgets.Dialog
	codes  *scan.Bar

	link, name *widgets.Entry
	known      *fyne.Container // whom the link belongs to, where they are here already
	whose      *widget.Label
	problem    *widget.Label
	add        *widgets.Button
	who        phone.Person // the zero Person while the link is none
}

// Add asks for a name and a link, and adds the contact.
func (s *Screen) Add() {
	w := s.env.Words
	a := &adding{screen: s, link: widgets.NewMultiLineEntry(), name: widgets.NewEntry(), problem: widgets.Problem()}
	a.link.SetPlaceHolder("paravent:…")
	a.link.Wrapping = fyne.TextWrapBreak
	a.link.SetMinRowsVisible(4)
	a.link.OnChanged = func(string) { a.look() }
	a.link.OnEnter = a.next
	a.name.SetPlaceHolder(w.T("contacts.name-hint"))
	a.name.OnChanged = func(string) {
		widgets.SetProblem(a.problem, "")
		a.dialog.Fit()
	}
	a.name.OnSubmitted = func(string) { a.try() }
	a.codes = scan.NewBar(s.env, s.phone, a.found, func() { a.dialog.Fit() })
	a.whose = widgets.Paragraph("")
	a.known = container.NewVBox(widgets.Flush(a.whose), container.NewHBox(widgets.NewButton(w.T("contacts.open"), a.open)))
	a.known.Hide()
	a.add = widgets.NewButton(w.T("contacts.add-confirm"), a.try)
	a.add.Importance = widget.HighImportance
	cancel := widgets.NewButton(w.T("cancel"), func() { a.dialog.Hide() })
	a.dialog = widgets.NewDialog(s.env.Window, w.T("contacts.add-title"), 440, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("contacts.add-how"))),
		widgets.Field(w.T("contacts.link"), a.link), a.codes.Object(), a.known,
		widgets.Field(w.T("contacts.name"), a.name), a.problem,
	), cancel, a.add)
	a.dialog.OnGone(a.codes.Close)
	s.env.Window.Canvas().Focus(a.link)
}

// found takes an address from a code; what is missing then is the name.
func (a *adding) found(link string) {
	a.link.SetText(link)
	a.screen.env.Window.Canvas().Focus(a.name)
}

// look tells whom the link belongs to as soon as it is one.
func (a *adding) look() {
	w := a.screen.env.Words
	widgets.SetProblem(a.problem, "")
	who, err := a.screen.phone.WhoseLink(a.link.Text)
	a.who = who
	if err != nil || !who.Contact {
		a.known.Hide()
		a.add.Enable()
	} else {
		a.whose.SetText(w.T("contacts.known", "name", w.Name(who.Name)))
		a.known.Show()
		a.add.Disable()
	}
	a.dialog.Fit()
	if err == nil && !who.Contact && who.Name != "" && a.name.Text == "" {
		a.name.SetText(words.SafeName(who.Name))
	}
}

// open leads to the contact whose link it is.
func (a *adding) open() {
	a.dialog.Hide()
	a.screen.onOpen(a.who.ID)
}

// next leads from the link to the name, or adds the contact where it has one.
func (a *adding) next() {
	if strings.TrimSpace(a.link.Text) != "" && strings.TrimSpace(a.name.Text) == "" {
		a.screen.env.Window.Canvas().Focus(a.name)
		return
	}
	a.try()
}

func (a *adding) try() {
	w := a.screen.env.Words
	link, name := strings.TrimSpace(a.link.Text), strings.TrimSpace(a.name.Text)
	switch {
	case a.add.Disabled(): // they are here already
		return
	case link == "":
		a.wrong(a.link, w.T("contacts.link-missing"))
		return
	case name == "":
		a.wrong(a.name, w.T("contacts.name-missing"))
		return
	}
	c, err := a.screen.phone.AddContact(name, link)
	if err != nil {
		field := a.link
		if strings.HasPrefix(phone.CodeOf(err), "contact-name-") {
			field = a.name
		}
		a.wrong(field, w.Error(err))
		return
	}
	a.dialog.Hide()
	a.screen.reveal(c.ID)
}

// wrong says what is wrong and leads to where it belongs.
func (a *adding) wrong(field *widgets.Entry, text string) {
	widgets.SetProblem(a.problem, text)
	a.dialog.Fit()
	a.screen.env.Window.Canvas().Focus(field)
}

package contact

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// naming is the field with the name that the person gives to the contact.
type naming struct {
	screen *Screen
	body   fyne.CanvasObject

	entry *widgets.Entry
	save  *widgets.Button
	wrong *widget.Label
	shown string // the name that the contact had when it was last shown
	id    string
}

func newNaming(s *Screen) *naming {
	w := s.env.Words
	n := &naming{screen: s, entry: widgets.NewEntry(), wrong: widgets.Problem()}
	n.entry.SetPlaceHolder(w.T("contacts.name-hint"))
	n.entry.OnChanged = func(string) { n.typed() }
	n.entry.OnSubmitted = func(string) { n.rename() }
	n.save = widgets.NewButton(w.T("contact.rename"), n.rename)
	n.body = widgets.Section(w.T("contact.name"), container.NewBorder(nil, nil, nil, n.save, n.entry), n.wrong)
	return n
}

func (n *naming) object() fyne.CanvasObject { return n.body }

// forget drops what was typed.
func (n *naming) forget() { n.id = "" }

// set leaves alone what is being typed, unless the name changed elsewhere.
func (n *naming) set(c phone.Contact) {
	if n.id == c.ID && n.shown == c.Name {
		return
	}
	n.id, n.shown = c.ID, c.Name
	n.entry.SetText(c.Name)
	n.typed()
}

func (n *naming) typed() {
	widgets.SetProblem(n.wrong, "")
	if strings.TrimSpace(n.entry.Text) == n.shown {
		n.save.Disable()
	} else {
		n.save.Enable()
	}
}

func (n *naming) rename() {
	s, name := n.screen, strings.TrimSpace(n.entry.Text)
	if name == "" {
		widgets.SetProblem(n.wrong, s.env.Words.T("contacts.name-missing"))
		return
	}
	if name == n.shown {
		return
	}
	c := s.contact
	c.Name = name
	if err := s.phone.PutContact(c); err != nil {
		widgets.SetProblem(n.wrong, s.env.Words.Error(err))
		return
	}
	s.Reload()
}

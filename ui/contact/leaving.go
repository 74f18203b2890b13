package contact

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// leaving is how to have no more to do with the contact.
type leaving struct {
	screen *Screen
	body   fyne.CanvasObject
	block  *widgets.Button
	means  *widget.Label
}

func newLeaving(s *Screen) *leaving {
	w := s.env.Words
	l := &leaving{screen: s, means: widgets.Paragraph("")}
	l.block = widgets.NewButton("", l.toggle)
	remove := widgets.NewButton(w.T("contact.remove"), func() { s.ways.Remove(s.contact) })
	remove.Importance = widget.DangerImportance
	l.body = widgets.Section(w.T("contact.leave"), widgets.Flush(l.means), container.NewHBox(l.block, remove))
	return l
}

func (l *leaving) object() fyne.CanvasObject { return l.body }

func (l *leaving) set(c phone.Contact) {
	w := l.screen.env.Words
	if c.Blocked {
		l.block.SetText(w.T("blocked.undo"))
		l.means.SetText(w.T("contact.blocked-now", "name", l.screen.name()))
		return
	}
	l.block.SetText(w.T("contact.block"))
	l.means.SetText(w.T("contact.block-detail"))
}

// toggle needs no question: the same button takes it back.
func (l *leaving) toggle() {
	s := l.screen
	if s.contact.Blocked {
		s.env.Fail(s.phone.Unblock(s.contact.ID))
	} else {
		s.env.Fail(s.phone.BlockPerson(phone.Person{ID: s.contact.ID, Name: s.contact.Name, Contact: true, Address: s.contact.Address}))
	}
	s.Reload()
}

package audience

import (
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// permissions are what can be chosen for one person here.
var permissions = []phone.Permission{phone.PermissionAlways, phone.PermissionNever}

// chosenFor tells whether something was chosen for this very person.
func chosenFor(c phone.Contact) bool { return slices.Contains(permissions, c.Permission) }

// people lists who may always or never ring.
type people struct {
	screen  *Screen
	card    fyne.CanvasObject
	none    fyne.CanvasObject
	rows    *fyne.Container
	add     *widgets.Button
	shown   []phone.Contact // without what was chosen for them, which the selects show
	selects []*widget.Select
}

func newPeople(s *Screen) *people {
	w := s.env.Words
	p := &people{screen: s, none: widgets.Hint(w.T("may.none")), rows: container.NewVBox()}
	p.add = widgets.NewButton(w.T("may.add"), func() { newPick(s.env, s.view.contacts, p.put) })
	p.card = widgets.Section(w.T("may.title"), widgets.Flush(widgets.Paragraph(w.T("may.about"))), p.none, p.rows, widgets.Gap(4), container.NewHBox(p.add))
	return p
}

func (p *people) object() fyne.CanvasObject { return p.card }

func (p *people) show(v view) {
	var list []phone.Contact
	var chosen []phone.Permission
	for _, c := range v.contacts {
		if chosenFor(c) {
			chosen = append(chosen, c.Permission)
			c.Permission = phone.PermissionInherit
			list = append(list, c)
		}
	}
	if !reflect.DeepEqual(list, p.shown) {
		p.shown, p.selects = list, nil
		p.rows.RemoveAll()
		for _, c := range list {
			p.rows.Add(p.row(c))
		}
		p.rows.Refresh()
	}
	for i, s := range p.selects {
		if name := permissionName(p.screen.env.Words, chosen[i]); s.Selected != name {
			s.Selected = name // not SetSelected, which would save it
			s.Refresh()
		}
	}
	setHidden(p.none, len(list) > 0)
}

func permissionName(w words.Words, p phone.Permission) string { return w.T("may.short-" + string(p)) }

func (p *people) row(c phone.Contact) fyne.CanvasObject {
	w := p.screen.env.Words
	names := make([]string, len(permissions))
	for i, may := range permissions {
		names[i] = permissionName(w, may)
	}
	choice := widget.NewSelect(names, nil)
	choice.OnChanged = func(string) { p.screen.env.Fail(p.put(c.ID, permissions[max(0, choice.SelectedIndex())])) }
	p.selects = append(p.selects, choice)
	var remove *widgets.IconButton
	remove = widgets.NewIconButton("trash", w.T("may.remove", "name", w.Name(c.Name)), func() { p.remove(c, remove) })
	name := container.NewVBox(layout.NewSpacer(), widgets.NewLine(w.Name(c.Name)).Bold().Cut(), layout.NewSpacer())
	row := container.NewVBox(container.NewBorder(nil, nil, nil, container.NewHBox(choice, remove), name))
	switch {
	case c.Blocked:
		row.Add(widgets.Hint(w.T("may.blocked")))
	case c.Trust == phone.Changed:
		row.Add(widgets.Hint(w.T("may.changed")))
	}
	return row
}

// put chooses for one person. It starts from what is known of them now, so that
// nothing else about them is set back.
func (p *people) put(id string, may phone.Permission) error {
	defer p.screen.Reload()
	for _, c := range p.screen.phone.Contacts() {
		if c.ID == id {
			c.Permission = may
			return p.screen.phone.PutContact(c)
		}
	}
	return nil // left the address book meanwhile
}

// remove lets the groups decide again, and offers to bring the choice back.
func (p *people) remove(c phone.Contact, button fyne.Focusable) {
	s := p.screen
	before := s.view.permission(c.ID)
	err := p.put(c.ID, phone.PermissionInherit)
	s.env.Fail(err)
	if err != nil {
		return
	}
	s.passFocus(button, p.add)
	w := s.env.Words
	s.undo.Offer(w.T("may.removed", "name", w.Name(c.Name)), s.now(), func() { s.env.Fail(p.put(c.ID, before)) })
}

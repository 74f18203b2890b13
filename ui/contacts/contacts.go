// Package contacts is the address book: find, call, add.
// Drawing goroutine only.
package contacts

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/scan"
	"paravent/ui/widgets"
)

// Phone is what the address book needs.
type Phone interface {
	Settings() settings.Settings
	Contacts() []phone.Contact
	AddContact(name, address string) (phone.Contact, error)
	PutContact(contact phone.Contact) error
	WhoseLink(link string) (phone.Person, error)
	scan.Phone
}

// Screen is the address book.
type Screen struct {
	env    widgets.Env
	phone  Phone
	onCall func(id string, video bool)
	onOpen func(id string)

	object fyne.CanvasObject
	search *widgets.Entry
	list   *widgets.List
	empty  *widget.Label
	first  fyne.CanvasObject
	shown  []phone.Contact
}

// New shows the address book of p; onCall is asked to call a contact, and
// onOpen to show the page of one.
func New(env widgets.Env, p Phone, onCall func(id string, video bool), onOpen func(id string)) *Screen {
	s := &Screen{env: env, phone: p, onCall: onCall, onOpen: onOpen}
	s.build()
	s.Reload()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

func (s *Screen) build() {
	w := s.env.Words
	s.search = widgets.NewEntry()
	s.search.SetPlaceHolder(w.T("contacts.search"))
	s.search.OnChanged = func(string) { s.Reload() }

	add := widgets.NewButton(w.T("contacts.add"), s.Add)
	add.Importance = widget.HighImportance
	s.list = widgets.NewList(
		func() int { return len(s.shown) },
		func() fyne.CanvasObject { return newRow(s) },
		func(i widget.ListItemID, o fyne.CanvasObject) { o.(*row).set(s.shown[i]) },
	)
	s.list.OnSelected = func(i widget.ListItemID) {
		s.list.Unselect(i)
		s.onOpen(s.shown[i].ID)
	}
	s.empty = widgets.Paragraph("")
	s.empty.Alignment = fyne.TextAlignCenter
	s.first = widgets.Wide(360, container.NewVBox(
		container.NewCenter(widgets.NewIcon("contacts", "subtle", 56)), s.empty))

	head := container.NewBorder(nil, nil, widgets.Heading(w.T("contacts.title")), add)
	top := container.NewVBox(head, widgets.Gap(4), s.search, widgets.Gap(4))
	s.object = widgets.Inset(24, 20, container.NewBorder(top, nil, nil, nil,
		container.NewStack(s.list, container.NewCenter(s.first))))
}

// Reload reads the contacts again and shows those that match the search.
func (s *Screen) Reload() {
	wanted := phone.Fold(s.search.Text)
	all := s.phone.Contacts()
	s.shown = s.shown[:0]
	for _, c := range all {
		if strings.Contains(phone.Fold(c.Name), wanted) {
			s.shown = append(s.shown, c)
		}
	}
	slices.SortStableFunc(s.shown, func(a, b phone.Contact) int {
		if a.Favourite != b.Favourite {
			if a.Favourite {
				return -1
			}
			return 1
		}
		return strings.Compare(phone.Fold(a.Name), phone.Fold(b.Name))
	})
	switch {
	case len(all) == 0:
		s.empty.SetText(s.env.Words.T("contacts.none"))
	default:
		s.empty.SetText(s.env.Words.T("contacts.no-match"))
	}
	if len(s.shown) == 0 {
		s.first.Show()
	} else {
		s.first.Hide()
	}
	s.list.Refresh()
}

// reveal shows a contact in the list, whatever is searched for.
func (s *Screen) reveal(id string) {
	s.search.SetText("")
	s.Reload()
	if i := slices.IndexFunc(s.shown, func(c phone.Contact) bool { return c.ID == id }); i >= 0 {
		s.env.Window.Canvas().Focus(s.list)
		s.list.Highlight(i)
	}
}

func (s *Screen) star(c phone.Contact) {
	c.Favourite = !c.Favourite
	s.save(c)
}

func (s *Screen) save(c phone.Contact) {
	s.env.Fail(s.phone.PutContact(c))
	s.Reload()
}

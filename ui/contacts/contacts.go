// Package contacts is the address book: find, call, add, remove, and carry from
// and to files. Drawing goroutine only.
package contacts

import (
	"io"
	"slices"
	"time"

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
	RemoveContact(id string) error
	WhoseLink(link string) (phone.Person, error)
	// ImportContacts and UndoImport take a while with thousands of people, and
	// are called away from the drawing goroutine, as ExportContacts is.
	ExportContacts(w io.Writer) error
	ImportContacts(r io.Reader) (phone.Import, error)
	UndoImport(done phone.Import) error
	scan.Phone
}

// view is one of the parts of the address book that can be shown alone.
type view struct {
	name string // of its words
	has  func(phone.Contact) bool
}

var views = []view{
	{"all", func(phone.Contact) bool { return true }},
	{"favourites", func(c phone.Contact) bool { return c.Favourite }},
	{"verified", func(c phone.Contact) bool { return c.Trust == phone.Verified }},
	{"blocked", func(c phone.Contact) bool { return c.Blocked }},
}

// Screen is the address book.
type Screen struct {
	env    widgets.Env
	phone  Phone
	now    func() time.Time
	onCall func(id string, video bool)
	onOpen func(id string)

	object  fyne.CanvasObject
	search  *widgets.Entry
	chips   *widgets.Chips
	list    *widgets.List
	none    *widget.Label
	empty   fyne.CanvasObject
	undo    *widgets.Undo
	more    *widgets.IconButton
	menu    *widget.PopUpMenu // nil: none was opened
	working *widgets.Line
	book    book
	view    view
	shown   []phone.Contact
	removed []phone.Contact // whom undo brings back
}

// New shows the address book of p; now tells the time, onCall is asked to call
// a contact, and onOpen to show the page of one.
func New(env widgets.Env, p Phone, now func() time.Time, onCall func(id string, video bool), onOpen func(id string)) *Screen {
	s := &Screen{env: env, phone: p, now: now, onCall: onCall, onOpen: onOpen, view: views[0]}
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
	s.search.OnChanged = func(string) { s.choose(s.view) }
	s.search.OnDown = func() { s.env.Window.Canvas().Focus(s.list) }
	s.search.OnSubmitted = func(string) {
		if len(s.shown) > 0 {
			s.onOpen(s.shown[0].ID)
		}
	}
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = w.T("contacts.view-" + v.name)
	}
	s.chips = widgets.NewChips(names, func(i int) { s.choose(views[i]) })
	s.buildList()
	s.none = widgets.Paragraph("")
	s.none.Alignment = fyne.TextAlignCenter
	s.empty = widgets.Wide(360, container.NewVBox(container.NewCenter(widgets.NewIcon("contacts", "subtle", 56)), s.none))
	s.undo = widgets.NewUndo(w.T("undo"), w.T("close"), func() { s.object.Refresh() })
	add := widgets.NewButton(w.T("contacts.add"), s.Add)
	add.Importance = widget.HighImportance
	s.more = widgets.NewIconButton("more", w.T("contacts.menu"), s.openMenu)
	s.working = widgets.NewLine(w.T("contacts.working")).Small()
	s.working.Hide()
	head := container.NewBorder(nil, nil, widgets.Heading(w.T("contacts.title")), container.NewHBox(container.NewCenter(s.more), add))
	top := container.NewVBox(head, widgets.Gap(4), s.search, s.chips, s.undo, s.working, widgets.Gap(4))
	s.object = widgets.Inset(24, 20, container.NewBorder(top, nil, nil, nil, container.NewStack(s.list, container.NewCenter(s.empty))))
}

func (s *Screen) buildList() {
	s.list = widgets.NewList(
		func() int { return len(s.shown) },
		func() fyne.CanvasObject { return newRow(s) },
		func(i int, o fyne.CanvasObject) { o.(*row).set(s.shown[i]) },
	)
	s.list.OnSelected = func(i int) {
		s.list.Unselect(i)
		s.onOpen(s.shown[i].ID)
	}
	s.list.OnKey = func(i int, key fyne.KeyName) {
		if key == fyne.KeyDelete {
			s.Remove(s.shown[i])
		}
	}
}

// Resume gives the keyboard back to the list.
func (s *Screen) Resume() { s.env.Window.Canvas().Focus(s.list) }

// Find leads to the search.
func (s *Screen) Find() { s.env.Window.Canvas().Focus(s.search) }

// Reload reads the contacts again.
func (s *Screen) Reload() {
	s.book.take(s.phone.Contacts())
	s.fill()
}

// Tick lets time pass.
func (s *Screen) Tick(now time.Time) { s.undo.Tick(now) }

// choose shows what another view or search leaves, from its beginning.
func (s *Screen) choose(v view) {
	s.view = v
	s.fill()
	s.list.ScrollToTop()
}

// fill shows what the view and the search leave.
func (s *Screen) fill() {
	w := s.env.Words
	s.shown = s.book.find(s.search.Text, s.view.has)
	s.list.Refresh()
	if len(s.shown) > 0 {
		s.empty.Hide()
		return
	}
	s.empty.Show()
	switch {
	case len(s.book.all) == 0:
		s.none.SetText(w.T("contacts.none"))
	case s.search.Text != "":
		s.none.SetText(w.T("contacts.no-match"))
	default:
		s.none.SetText(w.T("contacts.none-" + s.view.name))
	}
}

// reveal shows a contact in the list, whatever was shown before.
func (s *Screen) reveal(id string) {
	s.search.SetText("")
	s.chips.Choose(0)
	s.Reload()
	if i := slices.IndexFunc(s.shown, func(c phone.Contact) bool { return c.ID == id }); i >= 0 {
		s.env.Window.Canvas().Focus(s.list)
		s.list.Highlight(i)
	}
}

func (s *Screen) star(c phone.Contact) {
	c.Favourite = !c.Favourite
	s.env.Fail(s.phone.PutContact(c))
	s.Reload()
}

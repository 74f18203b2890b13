// Package history lists past calls and knocks: who, when, how it ended and what
// it showed; and deletes them, with undo. Drawing goroutine only.
package history

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/keep"
	"paravent/ui/widgets"
)

// Phone is what the history needs.
type Phone interface {
	Settings() settings.Settings
	UpdateSettings(change func(*settings.Settings)) error
	History(limit int) []phone.HistoryEntry
	DeleteHistory(ids ...uint64) error
	RestoreHistory(entries ...phone.HistoryEntry) error
	ClearHistory() error
	Blocked() []phone.Person
	Unblock(id string) error
}

// Door is what can be done about people outside the address book.
type Door interface {
	Admit(knock phone.HistoryEntry, consents ...phone.Consent)
	Add(who phone.Person)
	AskBlock(who phone.Person)
}

// view is one of the parts of the history that can be shown alone.
type view struct {
	name    string // of its words
	filters []phone.HistoryFilter
}

var views = []view{
	{"all", []phone.HistoryFilter{phone.HistoryAll}},
	{"missed", []phone.HistoryFilter{phone.HistoryMissed}},
	{"incoming", []phone.HistoryFilter{phone.HistoryIncoming}},
	{"outgoing", []phone.HistoryFilter{phone.HistoryOutgoing}},
	{"silent", []phone.HistoryFilter{phone.HistoryKnocks, phone.HistorySilenced}},
}

// dayHeight is how much room the name of a day takes.
const dayHeight = 38

// Screen is the history.
type Screen struct {
	env    widgets.Env
	phone  Phone
	door   Door
	onCall func(to string, video bool)
	now    func() time.Time
	// onPerson shows a contact's page.
	onPerson func(id string)

	object  fyne.CanvasObject
	search  *widget.Entry
	list    *widgets.List
	none    *widget.Label
	empty   fyne.CanvasObject
	clear   *widgets.Button
	kept    *widgets.Line
	undo    *widgets.Undo
	menu    *widget.PopUpMenu // nil: none was opened
	view    view
	all     []phone.HistoryEntry
	items   []item
	days    map[int]bool         // rows of the list that are as high as a day's name
	measure *row                 // is never shown
	deleted []phone.HistoryEntry // what undo brings back
}

// New shows the history of p; now tells the time and its zone, onPerson shows a
// contact's page.
func New(env widgets.Env, p Phone, d Door, now func() time.Time, onCall func(to string, video bool), onPerson func(id string)) *Screen {
	s := &Screen{env: env, phone: p, door: d, onCall: onCall, onPerson: onPerson, now: now, view: views[0], days: map[int]bool{}}
	s.measure = newRow(s)
	s.build()
	s.Reload()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

func (s *Screen) build() {
	w := s.env.Words
	s.search = widget.NewEntry()
	s.search.SetPlaceHolder(w.T("history.search"))
	s.search.OnChanged = func(string) { s.fill() }
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = w.T("history.view-" + v.name)
	}
	chips := widgets.NewChips(names, func(i int) {
		s.view = views[i]
		s.fill()
		s.list.ScrollToTop()
	})
	s.buildList()
	s.none = widgets.Paragraph("")
	s.none.Alignment = fyne.TextAlignCenter
	s.empty = widgets.Wide(360, container.NewVBox(container.NewCenter(widgets.NewIcon("history", "subtle", 56)), s.none))
	s.clear = widgets.NewButton(w.T("history.clear"), s.askClear)
	s.undo = widgets.NewUndo(w.T("undo"), w.T("close"), func() { s.object.Refresh() })
	s.kept = widgets.NewLine("").Small().Cut()
	head := container.NewBorder(nil, nil, widgets.Heading(w.T("history.title")), s.clear)
	top := container.NewVBox(head, widgets.Gap(4), s.search, chips, s.undo, widgets.Gap(4))
	foot := container.NewBorder(nil, nil, nil, widgets.NewButton(w.T("keep.change"), s.chooseKeep), container.NewVBox(layout.NewSpacer(), s.kept, layout.NewSpacer()))
	s.object = widgets.Inset(24, 20, container.NewBorder(top, foot, nil, nil, container.NewStack(s.list, container.NewCenter(s.empty))))
}

func (s *Screen) buildList() {
	s.list = widgets.NewList(
		func() int { return len(s.items) },
		func() fyne.CanvasObject { return newRow(s) },
		func(i int, o fyne.CanvasObject) { o.(*row).set(s.items[i]) },
	)
	s.list.Skips = func(i int) bool { return s.items[i].isDay() }
	s.list.OnSelected = func(i int) {
		s.list.Unselect(i)
		if !s.items[i].isDay() {
			s.show(s.items[i].entry)
		}
	}
	s.list.OnKey = func(i int, key fyne.KeyName) {
		if key == fyne.KeyDelete && !s.items[i].isDay() {
			s.remove(s.items[i].entry)
		}
	}
}

// Find leads to the search.
func (s *Screen) Find() { s.env.Window.Canvas().Focus(s.search) }

// Undo brings back what was deleted, while that is offered.
func (s *Screen) Undo() { s.undo.Take() }

// Reload reads the history again.
func (s *Screen) Reload() {
	s.all = s.phone.History(0)
	s.kept.SetText(s.env.Words.Kept(s.phone.Settings().History.Keep))
	s.fill()
}

// Tick lets time pass.
func (s *Screen) Tick(now time.Time) { s.undo.Tick(now) }

// fill shows what the view and the search leave.
func (s *Screen) fill() {
	w := s.env.Words
	shown := matching(w, phone.FilterHistory(s.all, s.view.filters...), s.search.Text)
	s.lay(byDay(w, shown, s.now()))
	switch {
	case len(s.all) == 0:
		s.none.SetText(w.T("history.none"))
	case s.search.Text != "":
		s.none.SetText(w.T("history.no-match"))
	default:
		s.none.SetText(w.T("history.none-" + s.view.name))
	}
	if len(shown) == 0 {
		s.empty.Show()
		s.clear.Disable()
	} else {
		s.empty.Hide()
		s.clear.Enable()
	}
}

// lay puts other rows on the list. Each height that is set makes the list draw
// its rows anew and build one to measure it: so none are there meanwhile, and
// the one to measure is an old one.
func (s *Screen) lay(items []item) {
	at, changed := s.list.GetScrollOffset(), false
	create := s.list.CreateItem
	s.items = nil
	s.list.CreateItem = func() fyne.CanvasObject { return s.measure }
	for i, it := range items {
		if it.isDay() == s.days[i] {
			continue
		}
		if !changed {
			changed = true
			s.list.Refresh()
		}
		s.days[i] = it.isDay()
		if it.isDay() {
			s.list.SetItemHeight(i, dayHeight)
		} else {
			s.list.SetItemHeight(i, s.measure.MinSize().Height)
		}
	}
	s.items, s.list.CreateItem = items, create
	s.list.Refresh()
	if changed && at > 0 {
		s.list.ScrollToOffset(at)
	}
}

// chooseKeep asks how long the history is to be kept.
func (s *Screen) chooseKeep() {
	w := s.env.Words
	choice := keep.NewChoice(s.env, s.phone, s.now, func(change func(*settings.Settings)) bool {
		err := s.phone.UpdateSettings(change)
		s.env.Fail(err)
		return err == nil
	})
	var d *widgets.Dialog
	done := widgets.NewButton(w.T("close"), func() { d.Hide() })
	done.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, w.T("keep.title"), 420, choice, done)
}

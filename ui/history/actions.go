package history

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/openlink"
	"paravent/ui/receipt"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// show opens the receipt of a call, or what somebody who knocked wrote.
func (s *Screen) show(e phone.HistoryEntry) {
	w := s.env.Words
	if e.Kind == phone.HistoryKnock {
		widgets.Tell(s.env.Window, w.T("receipt.with", "name", w.Name(e.Peer.Name), "when", w.When(e.At, s.now())), w.Outcome(e), w.T("close"))
		return
	}
	receipt.Show(s.env, e, s.now())
}

// openMenu shows what can be done about an entry, below its button.
func (s *Screen) openMenu(e phone.HistoryEntry, below fyne.CanvasObject) {
	w := s.env.Words
	var items []*fyne.MenuItem
	if e.Receipt != nil {
		items = append(items, fyne.NewMenuItem(w.T("receipt.open"), func() { s.show(e) }))
	}
	if !e.Peer.Contact && e.Peer.ID != "" {
		if e.Peer.Address != "" {
			items = append(items, fyne.NewMenuItem(w.T("history.add"), func() { s.add(e.Peer) }))
		}
		if s.blocked(e.Peer.ID) {
			items = append(items, fyne.NewMenuItem(w.T("history.unblock"), func() { s.env.Fail(s.phone.Unblock(e.Peer.ID)) }))
		} else {
			items = append(items, fyne.NewMenuItem(w.T("history.block"), func() { s.askBlock(e.Peer) }))
		}
	}
	items = append(items, fyne.NewMenuItem(w.T("history.delete"), func() { s.remove(e) }))
	s.menu = widget.NewPopUpMenu(fyne.NewMenu("", items...), s.env.Window.Canvas())
	size := s.menu.MinSize()
	s.menu.ShowAtRelativePosition(fyne.NewPos(below.Size().Width-size.Width, below.Size().Height), below)
}

// remove deletes an entry and offers to bring it back.
func (s *Screen) remove(e phone.HistoryEntry) {
	s.removed([]phone.HistoryEntry{e}, s.phone.DeleteHistory(e.ID))
}

// askClear deletes everything that is shown.
func (s *Screen) askClear() {
	w := s.env.Words
	var shown []phone.HistoryEntry
	for _, i := range s.items {
		if !i.isDay() {
			shown = append(shown, i.entry)
		}
	}
	widgets.Ask(s.env.Window, w.T("history.clear-title"), w.T("history.clear-question", "count", strconv.Itoa(len(shown))),
		w.T("history.clear"), w.T("cancel"), func() {
			if len(shown) == len(s.all) {
				s.removed(shown, s.phone.ClearHistory())
				return
			}
			ids := make([]uint64, len(shown))
			for i, e := range shown {
				ids[i] = e.ID
			}
			s.removed(shown, s.phone.DeleteHistory(ids...))
		})
}

// removed offers to bring back what was deleted now and, while the offer
// stands, before.
func (s *Screen) removed(list []phone.HistoryEntry, err error) {
	s.env.Fail(err)
	if err == nil {
		if !s.undo.Visible() {
			s.deleted = nil
		}
		s.deleted = append(s.deleted, list...)
		back := slices.Clone(s.deleted)
		s.undo.Offer(s.env.Words.T("history.deleted", "count", strconv.Itoa(len(back))), s.now(), func() {
			s.env.Fail(s.phone.RestoreHistory(back...))
			s.Reload()
		})
	}
	s.Reload()
}

// add asks for the name under which somebody unknown goes into the address book.
func (s *Screen) add(p phone.Person) {
	w := s.env.Words
	name, problem := widget.NewEntry(), widgets.Problem()
	name.SetPlaceHolder(w.T("contacts.name-hint"))
	name.SetText(words.SafeName(p.Name))
	name.OnChanged = func(string) { widgets.SetProblem(problem, "") }
	var d *widgets.Dialog
	try := func() {
		chosen := strings.TrimSpace(name.Text)
		if chosen == "" {
			widgets.SetProblem(problem, w.T("contacts.name-missing"))
			return
		}
		if _, err := s.phone.AddContact(chosen, p.Address); err != nil {
			widgets.SetProblem(problem, w.Error(err))
			return
		}
		d.Hide()
		s.Reload()
	}
	name.OnSubmitted = func(string) { try() }
	agree := widget.NewButton(w.T("contacts.add-confirm"), try)
	agree.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, w.T("contacts.add-title"), 420, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("link.key", "key", openlink.ShortKey(p.ID)))),
		widgets.Field(w.T("contacts.name"), name), problem),
		widget.NewButton(w.T("cancel"), func() { d.Hide() }), agree)
	s.env.Window.Canvas().Focus(name)
}

func (s *Screen) blocked(id string) bool {
	return slices.ContainsFunc(s.phone.Blocked(), func(p phone.Person) bool { return p.ID == id })
}

func (s *Screen) askBlock(p phone.Person) {
	w := s.env.Words
	widgets.Ask(s.env.Window, w.T("history.block-title", "name", w.Name(p.Name)), w.T("history.block-question"),
		w.T("history.block"), w.T("cancel"), func() { s.env.Fail(s.phone.BlockPerson(p)) })
}

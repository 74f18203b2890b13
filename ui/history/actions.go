package history

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/receipt"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Open opens the receipt of a call, or what somebody who knocked wrote.
func Open(env widgets.Env, e phone.HistoryEntry, now time.Time) {
	w := env.Words
	if e.Kind == phone.HistoryKnock {
		widgets.Tell(env.Window, w.T("receipt.with", "name", w.Name(e.Peer.Name), "when", w.When(e.At, now)), words.SafeKnock(e.Text), w.T("close"))
		return
	}
	receipt.Show(env, e, now)
}

func (s *Screen) show(e phone.HistoryEntry) { Open(s.env, e, s.now()) }

// openMenu shows what can be done about an entry, below its button.
func (s *Screen) openMenu(e phone.HistoryEntry, below fyne.CanvasObject) {
	w := s.env.Words
	var items []*fyne.MenuItem
	if e.Receipt != nil {
		items = append(items, fyne.NewMenuItem(w.T("receipt.open"), func() { s.show(e) }))
	}
	if e.Peer.Contact {
		items = append(items, fyne.NewMenuItem(w.T("contacts.more"), func() { s.onPerson(e.Peer.ID) }))
	}
	if !e.Peer.Contact && e.Peer.ID != "" {
		items = append(items, s.outside(e)...)
	}
	items = append(items, fyne.NewMenuItem(w.T("history.delete"), func() { s.remove(e) }))
	s.menu = widget.NewPopUpMenu(fyne.NewMenu("", items...), s.env.Window.Canvas())
	size := s.menu.MinSize()
	s.menu.ShowAtRelativePosition(fyne.NewPos(below.Size().Width-size.Width, below.Size().Height), below)
}

// outside is what can be done about somebody who is in no address book.
func (s *Screen) outside(e phone.HistoryEntry) (items []*fyne.MenuItem) {
	w := s.env.Words
	if s.blocked(e.Peer.ID) {
		return append(items, fyne.NewMenuItem(w.T("blocked.undo"), func() { s.env.Fail(s.phone.Unblock(e.Peer.ID)) }))
	}
	if e.Kind == phone.HistoryKnock && !e.Outgoing {
		items = append(items, fyne.NewMenuItem(w.T("knock.admit"), func() { s.door.Admit(e) }))
	}
	if e.Peer.Address != "" {
		items = append(items, fyne.NewMenuItem(w.T("knock.add"), func() { s.door.Add(e.Peer) }))
	}
	return append(items, fyne.NewMenuItem(w.T("knock.block"), func() { s.door.AskBlock(e.Peer) }))
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

func (s *Screen) blocked(id string) bool {
	return slices.ContainsFunc(s.phone.Blocked(), func(p phone.Person) bool { return p.ID == id })
}

package uitest

import (
	"cmp"
	"slices"

	"paravent/app/phone"
)

// ErrNoEntry has the code of the real fault for an entry that is gone.
var ErrNoEntry = phone.NewFault("no-such-entry")

func (f *Fake) History(limit int) []phone.HistoryEntry {
	f.mu.Lock()
	defer f.mu.Unlock()
	if limit <= 0 {
		limit = len(f.history)
	}
	list := slices.Clone(f.history[:min(limit, len(f.history))])
	for i, e := range list {
		list[i].Peer.Contact = f.find(e.Peer.ID) >= 0
	}
	return list
}

func (f *Fake) HistoryWith(id string, limit int) []phone.HistoryEntry {
	list := slices.DeleteFunc(f.History(0), func(e phone.HistoryEntry) bool { return e.Peer.ID != id })
	if limit <= 0 {
		limit = len(list)
	}
	return list[:min(limit, len(list))]
}

// AddHistory adds the newest entry, as a call or a knock would.
func (f *Fake) AddHistory(e phone.HistoryEntry) {
	f.mu.Lock()
	e.ID = f.seen + 1
	for _, old := range f.history {
		e.ID = max(e.ID, old.ID+1)
	}
	f.history = slices.Insert(f.history, 0, e)
	f.mu.Unlock()
	f.Emit(phone.HistoryChanged{})
}

func (f *Fake) DeleteHistory(ids ...uint64) error {
	return f.changeHistory(func(list []phone.HistoryEntry) []phone.HistoryEntry {
		return slices.DeleteFunc(list, func(e phone.HistoryEntry) bool { return slices.Contains(ids, e.ID) })
	})
}

func (f *Fake) RestoreHistory(entries ...phone.HistoryEntry) error {
	return f.changeHistory(func(list []phone.HistoryEntry) []phone.HistoryEntry {
		list = append(list, entries...)
		slices.SortFunc(list, func(a, b phone.HistoryEntry) int { return cmp.Compare(b.ID, a.ID) })
		return list
	})
}

func (f *Fake) ClearHistory() error {
	return f.changeHistory(func([]phone.HistoryEntry) []phone.HistoryEntry { return nil })
}

func (f *Fake) changeHistory(change func([]phone.HistoryEntry) []phone.HistoryEntry) error {
	f.mu.Lock()
	err := f.takeErr()
	if err == nil {
		f.history = change(slices.Clone(f.history))
	}
	f.mu.Unlock()
	f.Emit(phone.HistoryChanged{})
	return err
}

func (f *Fake) Unseen() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.history {
		if e.ID > f.seen && e.WantsNotice() {
			n++
		}
	}
	return n
}

func (f *Fake) MarkSeen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.history) > 0 {
		f.seen = max(f.seen, f.history[0].ID)
	}
	return nil
}

package app

import (
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// sweepEvery is how often the history is looked through for what is too old.
// It is more often than daily because a computer that sleeps stops the clock
// that this is counted by.
const sweepEvery = time.Hour

// History lists past calls and knocks, newest first; limit <= 0 means all.
// People in the address book have the name of now, others that of then.
func (a *App) History(limit int) []phone.HistoryEntry { return a.asNow(a.people.History(limit)) }

// HistoryWith lists those with one person, by their ID.
func (a *App) HistoryWith(peerID string, limit int) []phone.HistoryEntry {
	return a.asNow(a.people.HistoryWith(peerID, limit))
}

func (a *App) asNow(list []phone.HistoryEntry) []phone.HistoryEntry {
	for i := range list {
		list[i].Peer = a.people.AsNow(list[i].Peer)
	}
	return list
}

// DeleteHistory deletes entries and their receipts; where one of them is not
// there, it deletes none.
func (a *App) DeleteHistory(ids ...uint64) error {
	return a.historyChanged(a.people.DeleteHistory(ids...))
}

// RestoreHistory puts deleted entries back, as History gave them.
func (a *App) RestoreHistory(entries ...phone.HistoryEntry) error {
	return a.historyChanged(a.people.RestoreHistory(entries...))
}

// ClearHistory deletes all entries and their receipts.
func (a *App) ClearHistory() error { return a.historyChanged(a.people.ClearHistory()) }

// Unseen counts missed calls and knocks since MarkSeen.
func (a *App) Unseen() int { return a.people.Unseen() }

// MarkSeen says that the person has looked at the history.
func (a *App) MarkSeen() error {
	news, err := a.people.MarkSeen()
	if news {
		a.emit(phone.HistoryChanged{})
	}
	return err
}

func (a *App) historyChanged(err error) error {
	if err == nil {
		a.emit(phone.HistoryChanged{})
	}
	return err
}

// record adds an entry to the history and returns its ID, 0 where it is not
// kept; HistoryChanged is for the caller to tell. ok says whether the person
// may hear of it: somebody blocked while it rang leaves no trace.
func (a *App) record(e phone.HistoryEntry) (id uint64, ok bool) {
	if !e.Outgoing && e.Lasted == 0 && a.blocked(e.Peer.ID) {
		return 0, false
	}
	id, err := a.people.AddHistory(e)
	if err != nil {
		a.emit(phone.Notice{Err: err})
	}
	return id, true
}

func (a *App) blocked(peerID string) bool {
	c, known := a.people.Find(peerID)
	return known && c.Blocked || a.door.Blocks(peerID)
}

// sweeper deletes from the history what is older than the person wants.
type sweeper struct {
	keep   func() settings.HistoryKeep
	retain func(keep settings.HistoryKeep, now time.Time) (gone int, err error)
	emit   func(phone.Event)
}

func (a *App) sweeper() sweeper {
	return sweeper{
		keep:   func() settings.HistoryKeep { return a.settings.Current().History.Keep },
		retain: a.people.RetainHistory, emit: a.emit,
	}
}

// sweep looks through the history once.
func (s sweeper) sweep(now time.Time) {
	gone, err := s.retain(s.keep(), now)
	if err != nil {
		s.emit(phone.Notice{Err: err})
	}
	if gone > 0 {
		s.emit(phone.HistoryChanged{})
	}
}

// run sweeps until stop is closed.
func (s sweeper) run(stop <-chan struct{}) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.sweep(time.Now())
		case <-stop:
			return
		}
	}
}

package phone

import "slices"

// HistoryFilter names a part of the history.
type HistoryFilter string

// The filters. Together, HistoryIncoming, HistoryOutgoing, HistoryKnocks and
// HistorySilenced hold every entry, and no two of them the same one;
// HistoryMissed is a part of HistoryIncoming.
const (
	HistoryAll      HistoryFilter = "all"
	HistoryMissed   HistoryFilter = "missed"
	HistoryIncoming HistoryFilter = "incoming" // calls that rang here, or would have if this phone had been there
	HistoryOutgoing HistoryFilter = "outgoing" // calls and knocks of this phone
	HistoryKnocks   HistoryFilter = "knocks"
	HistorySilenced HistoryFilter = "silenced"
)

// HistoryFilters lists every filter.
func HistoryFilters() []HistoryFilter {
	return []HistoryFilter{HistoryAll, HistoryMissed, HistoryIncoming, HistoryOutgoing, HistoryKnocks, HistorySilenced}
}

// Holds tells whether e belongs to the part.
func (f HistoryFilter) Holds(e HistoryEntry) bool {
	switch f {
	case HistoryAll:
		return true
	case HistoryMissed:
		return e.Missed()
	case HistoryIncoming, HistoryOutgoing, HistoryKnocks, HistorySilenced:
		return f == e.part()
	}
	return false
}

// part is the one of the four filters that holds e.
func (e HistoryEntry) part() HistoryFilter {
	switch {
	case e.Outgoing:
		return HistoryOutgoing
	case e.Kind == HistoryKnock:
		return HistoryKnocks
	case e.Silenced:
		return HistorySilenced
	}
	return HistoryIncoming
}

// FilterHistory keeps the entries that any of the filters holds.
func FilterHistory(list []HistoryEntry, filters ...HistoryFilter) []HistoryEntry {
	kept := []HistoryEntry{}
	for _, e := range list {
		if slices.ContainsFunc(filters, func(f HistoryFilter) bool { return f.Holds(e) }) {
			kept = append(kept, e)
		}
	}
	return kept
}

// Missed tells whether a call could have been answered here and was not.
func (e HistoryEntry) Missed() bool {
	return e.part() == HistoryIncoming && e.Lasted == 0 && (e.Reason == Missed || e.Reason == Cancelled)
}

// WantsNotice tells whether e counts as unseen until the person looked.
func (e HistoryEntry) WantsNotice() bool { return e.Missed() || e.part() == HistoryKnocks }

// Uninvited tells whether somebody else alone made this entry, without the
// person answering or having them in the address book.
func (e HistoryEntry) Uninvited() bool {
	return !e.Outgoing && e.Lasted == 0 && (e.Silenced || e.Kind == HistoryKnock || !e.Peer.Contact)
}

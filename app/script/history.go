package script

import (
	"fmt"
	"slices"

	"paravent/app/phone"
)

// doHistory lists the newest entries of one kind, with one person, or both.
func (f *Face) doHistory(c command) (map[string]any, error) {
	kind := phone.HistoryFilter(c.Kind)
	if kind == "" {
		kind = phone.HistoryAll
	}
	if !slices.Contains(phone.HistoryFilters(), kind) {
		return nil, fmt.Errorf("%w: kind %q", phone.ErrBadCommand, c.Kind)
	}
	limit := c.Limit
	if limit <= 0 {
		limit = 100
	}
	list := phone.FilterHistory(f.history(c.With), kind)
	return map[string]any{"history": list[:min(limit, len(list))]}, nil
}

// history is everything with one person: a contact, or somebody who is in no
// address book, by the id that the entries carry. "" is everybody.
func (f *Face) history(with string) []phone.HistoryEntry {
	if with == "" {
		return f.phone.History(0)
	}
	if c, err := f.phone.FindContact(with); err == nil {
		with = c.ID
	}
	return f.phone.HistoryWith(with, 0)
}

func (f *Face) doHistoryDelete(c command) (map[string]any, error) {
	if len(c.IDs) == 0 {
		return nil, fmt.Errorf("%w: no ids", phone.ErrBadCommand)
	}
	return nil, f.phone.DeleteHistory(c.IDs...)
}

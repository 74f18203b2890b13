package history

import (
	"strings"
	"time"

	"paravent/app/phone"
	"paravent/ui/words"
)

// item is one row of the list: a day, or an entry of it.
type item struct {
	day   string // "" for an entry
	entry phone.HistoryEntry
}

func (i item) isDay() bool { return i.day != "" }

// byDay puts the days between the entries, which come newest first.
func byDay(w words.Words, list []phone.HistoryEntry, now time.Time) []item {
	items := make([]item, 0, len(list)+len(list)/4)
	last := ""
	for _, e := range list {
		if day := w.Day(e.At, now); day != last {
			last = day
			items = append(items, item{day: day})
		}
		items = append(items, item{entry: e})
	}
	return items
}

// matching keeps the entries with people whose name, as it is shown, holds the
// text.
func matching(w words.Words, list []phone.HistoryEntry, text string) []phone.HistoryEntry {
	wanted := phone.Fold(text)
	if wanted == "" {
		return list
	}
	kept := []phone.HistoryEntry{}
	for _, e := range list {
		if strings.Contains(phone.Fold(w.Name(e.Peer.Name)), wanted) {
			kept = append(kept, e)
		}
	}
	return kept
}

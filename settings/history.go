package settings

import "time"

// HistoryKeep says how long the history is kept.
type HistoryKeep string

// The choices, from the shortest.
const (
	KeepNever   HistoryKeep = "never" // nothing is written
	Keep7Days   HistoryKeep = "7d"
	Keep30Days  HistoryKeep = "30d"
	Keep90Days  HistoryKeep = "90d"
	KeepForever HistoryKeep = "forever"
)

// HistoryKeeps lists every choice, the shortest first.
func HistoryKeeps() []HistoryKeep {
	return []HistoryKeep{KeepNever, Keep7Days, Keep30Days, Keep90Days, KeepForever}
}

// History says what is remembered of calls.
type History struct {
	Keep HistoryKeep `json:"keep"` // older entries are deleted, with their receipts
}

// Since is the moment before which nothing is kept, seen from now; the zero
// time keeps everything, now itself keeps nothing.
func (k HistoryKeep) Since(now time.Time) time.Time {
	switch k {
	case KeepNever:
		return now
	case Keep7Days:
		return now.AddDate(0, 0, -7)
	case Keep30Days:
		return now.AddDate(0, 0, -30)
	case Keep90Days:
		return now.AddDate(0, 0, -90)
	case KeepForever:
	}
	return time.Time{}
}

func (h History) validate() error { return oneOf("history.keep", h.Keep, HistoryKeeps()...) }

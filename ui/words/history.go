package words

import (
	"fmt"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// Outcome is a history entry in words: what happened, and how long it took.
func (w Words) Outcome(e phone.HistoryEntry) string {
	switch {
	case e.Kind == phone.HistoryKnock && e.Outgoing:
		return w.T("history.you-knocked")
	case e.Kind == phone.HistoryKnock:
		return w.T("history.knocked")
	case e.Silenced:
		return w.T("history.silenced")
	case e.Lasted > 0 && e.Outgoing:
		return w.T("history.called", "time", Duration(e.Lasted))
	case e.Lasted > 0:
		return w.T("history.answered", "time", Duration(e.Lasted))
	case e.Missed():
		return w.T("history.missed")
	}
	return w.Ended(e.Reason)
}

// Day is the day of a moment as people say it, seen from now in now's time zone.
func (w Words) Day(t, now time.Time) string {
	t = t.In(now.Location())
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(midnight):
		return w.T("when.today")
	case !t.Before(midnight.AddDate(0, 0, -1)):
		return w.T("when.day-before")
	}
	return w.date(t, now)
}

// When is a moment as people say it, seen from now in now's time zone.
func (w Words) When(t, now time.Time) string {
	t = t.In(now.Location())
	clock := Clock(t, now)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(midnight):
		return clock
	case !t.Before(midnight.AddDate(0, 0, -1)):
		return w.T("when.yesterday", "clock", clock)
	}
	return w.date(t, now) + ", " + clock
}

// Clock is the time of day of a moment in now's time zone.
func Clock(t, now time.Time) string { return t.In(now.Location()).Format("15:04") }

// date names the year where it is not now's.
func (w Words) date(t, now time.Time) string {
	date := w.T("when.date", "day", fmt.Sprint(t.Day()), "month", w.T("month."+fmt.Sprint(int(t.Month()))))
	if t.Year() != now.Year() {
		date += " " + fmt.Sprint(t.Year())
	}
	return date
}

// Keep says how long the history is kept, as a choice.
func (w Words) Keep(k settings.HistoryKeep) string { return w.T("keep." + string(k)) }

// Kept says so as a sentence.
func (w Words) Kept(k settings.HistoryKeep) string { return w.T("kept." + string(k)) }

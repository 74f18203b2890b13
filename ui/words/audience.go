package words

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"paravent/settings"
)

// Audience says in words who may ring with these settings at now.
func (w Words) Audience(c settings.Calls, now time.Time) string {
	var parts []string
	for _, clause := range c.Sentence(now) {
		groups := make([]string, len(clause.Except))
		for i, e := range clause.Except {
			groups[i] = w.Exception(e)
		}
		parts = append(parts, w.T(clause.Key, "groups", strings.Join(groups, ", ")))
	}
	return strings.Join(parts, " ")
}

// Exception names a group whom do not disturb lets through.
func (w Words) Exception(e settings.Exception) string { return w.T("disturb.except-" + string(e)) }

// AudienceName names a group of callers.
func (w Words) AudienceName(a settings.Audience) string { return w.T("calls." + string(a)) }

// Until says until when something is so, seen from now in now's time zone.
func (w Words) Until(t, now time.Time) string {
	t = t.In(now.Location())
	clock := Clock(t, now)
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	switch {
	case t.Before(midnight):
		return w.T("until.today", "clock", clock)
	case t.Before(midnight.AddDate(0, 0, 1)):
		return w.T("until.tomorrow", "clock", clock)
	}
	return w.T("until.date", "date", w.date(t, now), "clock", clock)
}

// Left says how long something lasts yet, to the minute that is not over.
func (w Words) Left(d time.Duration) string {
	minutes := int((max(0, d) + time.Minute - 1) / time.Minute)
	if minutes < 60 {
		return w.T("left.minutes", "m", fmt.Sprint(minutes))
	}
	return w.T("left.hours", "h", fmt.Sprint(minutes/60), "m", fmt.Sprint(minutes%60))
}

// Weekday names a day of the week, short.
func (w Words) Weekday(d settings.Day) string { return w.T("weekday." + string(d)) }

// Days says on which days a period begins.
func (w Words) Days(p settings.Period) string {
	var names []string
	which := ""
	for _, d := range settings.Days {
		if slices.Contains(p.Days, d) {
			names = append(names, w.Weekday(d))
			which += string(d)
		}
	}
	switch which {
	case "montuewedthufrisatsun":
		return w.T("weekday.all")
	case "montuewedthufri":
		return w.T("weekday.working")
	case "satsun":
		return w.T("weekday.weekend")
	}
	return Joined(names)
}

// Times says from when to when a period lasts, and whether that is the next day.
func (w Words) Times(p settings.Period) string {
	times := string(p.From) + "–" + string(p.To)
	switch {
	case p.From == "00:00" && p.To == "00:00":
		return w.T("schedule.whole")
	case p.To != "00:00" && p.To <= p.From:
		return w.T("schedule.next-day", "times", times)
	}
	return times
}

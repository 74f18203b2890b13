package settings

import (
	"slices"
	"time"
)

// Day is a day of the week.
type Day string

// Days are all, in the order of the calendar.
var Days = []Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// dayOf is the Day of a time.Weekday.
func dayOf(d time.Weekday) Day { return Days[(int(d)+6)%7] }

// Clock is a time of day, as in "22:30".
type Clock string

// minutes since midnight.
func (c Clock) minutes() (int, bool) {
	t, err := time.Parse("15:04", string(c))
	if err != nil || len(c) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// Period is a time of some days of the week by the clock on the wall. One whose
// end is not after its beginning ends on the next day; from 00:00 to 00:00 is
// the whole day.
//
// Where the clock is put back, it begins the first time that the clock shows
// From and ends the last time that it shows To; where the clock is put forward,
// times that are left out stand for the moment of the jump.
type Period struct {
	Days []Day `json:"days"` // on which it begins
	From Clock `json:"from"`
	To   Clock `json:"to"`
}

// around is the end of the period that now lies in.
func (p Period) around(now time.Time) (end time.Time, within bool) {
	from, ok := p.From.minutes()
	to, ok2 := p.To.minutes()
	if !ok || !ok2 {
		return time.Time{}, false
	}
	later := 0
	if to <= from {
		later = 1
	}
	year, month, day := now.Date()
	for ahead := -1; ahead <= 1; ahead++ { // where the clock is put back at midnight, a day begins twice
		date := time.Date(year, month, day+ahead, 0, 0, 0, 0, time.UTC)
		if !slices.Contains(p.Days, dayOf(date.Weekday())) {
			continue
		}
		begin := firstShown(wall(date, 0, from), now.Location())
		stop := lastShown(wall(date, later, to), now.Location())
		if !now.Before(begin) && now.Before(stop) && stop.After(end) {
			end, within = stop, true
		}
	}
	return end, within
}

// wall is what a clock shows, written as if it stood in UTC.
func wall(date time.Time, days, minutes int) time.Time {
	return date.AddDate(0, 0, days).Add(time.Duration(minutes) * time.Minute)
}

// stretch is a time during which clocks are not changed.
type stretch struct {
	from, to time.Time     // zero: before and after everything asked for
	ahead    time.Duration // of UTC
}

// stretches are those around what a clock in zone shows, in order.
func stretches(shows time.Time, zone *time.Location) []stretch {
	var all []stretch
	last := shows.Add(36 * time.Hour)
	for at := shows.Add(-36 * time.Hour).In(zone); ; {
		from, to := at.ZoneBounds()
		_, seconds := at.Zone()
		all = append(all, stretch{from, to, time.Duration(seconds) * time.Second})
		if to.IsZero() || to.After(last) {
			return all
		}
		at = to
	}
}

// firstShown is the first moment at which a clock in zone shows that or later.
func firstShown(shows time.Time, zone *time.Location) time.Time {
	for _, s := range stretches(shows, zone) {
		t := shows.Add(-s.ahead)
		switch {
		case !s.from.IsZero() && t.Before(s.from): // left out by the jump
			return s.from.In(zone)
		case s.to.IsZero() || t.Before(s.to):
			return t.In(zone)
		}
	}
	panic("settings: time without an end has an end") // the last stretch goes past everything asked for
}

// lastShown is the moment from which on a clock in zone shows that or later
// for good.
func lastShown(shows time.Time, zone *time.Location) time.Time {
	all := stretches(shows, zone)
	for _, s := range slices.Backward(all) {
		t := shows.Add(-s.ahead)
		switch {
		case !s.to.IsZero() && !t.Before(s.to): // left out by the jump
			return s.to.In(zone)
		case s.from.IsZero() || !t.Before(s.from):
			return t.In(zone)
		}
	}
	return all[0].from.In(zone) // unreached: the first stretch begins a day and a half before
}

package settings

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	return zone
}

func schedule(days []Day, from, to Clock) DoNotDisturb {
	return DoNotDisturb{Schedule: []Period{{Days: days, From: from, To: to}}}
}

// 2026-11-23 is a Monday.
func TestScheduleTable(t *testing.T) {
	zone := paris(t)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	night, office := schedule([]Day{"mon"}, "22:00", "07:00"), schedule([]Day{"mon", "tue"}, "09:00", "17:30")
	always := schedule(Days, "00:00", "00:00")
	for name, row := range map[string]struct {
		d     DoNotDisturb
		now   time.Time
		quiet bool
		until time.Time
	}{
		"before":                 {office, at(23, 8, 59), false, at(23, 8, 59)},
		"at its beginning":       {office, at(23, 9, 0), true, at(23, 17, 30)},
		"inside":                 {office, at(24, 12, 0), true, at(24, 17, 30)},
		"at its end":             {office, at(23, 17, 30), false, at(23, 17, 30)},
		"another day":            {office, at(25, 12, 0), false, at(25, 12, 0)},
		"the evening":            {night, at(23, 23, 0), true, at(24, 7, 0)},
		"after midnight":         {night, at(24, 6, 59), true, at(24, 7, 0)},
		"the morning of its day": {night, at(23, 6, 59), false, at(23, 6, 59)},
		"the next evening":       {night, at(24, 23, 0), false, at(24, 23, 0)},
		"without an end":         {always, at(23, 12, 0), true, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			until, quiet := row.d.Scheduled(row.now)
			require.Equal(t, row.quiet, quiet)
			require.True(t, until.Equal(row.until), "until %v, want %v", until, row.until)
		})
	}
}

// Periods that meet are one stretch of quiet.
func TestSchedulePeriodsThatMeet(t *testing.T) {
	zone := paris(t)
	d := DoNotDisturb{Schedule: []Period{
		{Days: []Day{"mon"}, From: "20:00", To: "00:00"}, {Days: []Day{"tue"}, From: "00:00", To: "06:00"},
	}}
	until, quiet := d.Scheduled(time.Date(2026, 11, 23, 21, 0, 0, 0, zone))
	require.True(t, quiet)
	require.True(t, until.Equal(time.Date(2026, 11, 24, 6, 0, 0, 0, zone)), until)
}

// In Paris, 02:00 to 03:00 was left out on 2026-03-29 and came twice on 2026-10-25.
func TestScheduleWhereClocksChange(t *testing.T) {
	zone := paris(t)
	utc := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC).In(zone)
	}
	sun := []Day{"sun"}
	for name, row := range map[string]struct {
		d     DoNotDisturb
		now   time.Time
		quiet bool
	}{
		"spring: begins at the jump":              {schedule(sun, "02:30", "04:00"), utc(3, 29, 1, 0), true},
		"spring: not before the jump":             {schedule(sun, "02:30", "04:00"), utc(3, 29, 0, 59), false},
		"spring: ends at the jump":                {schedule(sun, "01:00", "02:30"), utc(3, 29, 1, 0), false},
		"autumn: begins the first time":           {schedule(sun, "02:30", "04:00"), utc(10, 25, 0, 30), true},
		"autumn: goes on through the second time": {schedule(sun, "02:30", "04:00"), utc(10, 25, 1, 10), true},
		"autumn: ends the last time":              {schedule(sun, "01:00", "02:30"), utc(10, 25, 1, 29), true},
		"autumn: is over after it":                {schedule(sun, "01:00", "02:30"), utc(10, 25, 1, 30), false},
	} {
		t.Run(name, func(t *testing.T) {
			_, quiet := row.d.Scheduled(row.now)
			require.Equal(t, row.quiet, quiet)
		})
	}
}

func TestSwitchByHand(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	require.False(t, Switch{}.At(now))
	require.True(t, Switch{On: true}.At(now))
	hour := Switch{On: true, Until: At(now.Add(time.Hour))}
	require.True(t, hour.At(now.Add(59*time.Minute)))
	require.False(t, hour.At(now.Add(time.Hour)))
	for _, s := range []Switch{{}, {On: true}, hour} {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		var back Switch
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, s, back)
	}
}

func TestBadDisturbValuesAreRefused(t *testing.T) {
	s := openIn(t, t.TempDir())
	for key, value := range map[string]string{
		"calls.media":                     `"video"`,
		"calls.unknown":                   `"ring"`,
		"calls.expecting_until":           `"soon"`,
		"calls.do_not_disturb.now":        `"maybe"`,
		"calls.do_not_disturb.exceptions": `["everyone"]`,
	} {
		require.Error(t, s.Set(key, json.RawMessage(value)), key)
	}
	for _, period := range []string{
		`[{"days":[],"from":"08:00","to":"09:00"}]`, `[{"days":["mon","mon"],"from":"08:00","to":"09:00"}]`,
		`[{"days":["someday"],"from":"08:00","to":"09:00"}]`, `[{"days":["mon"],"from":"8:00","to":"09:00"}]`,
		`[{"days":["mon"],"from":"24:00","to":"09:00"}]`, `[{"days":["mon"]}]`, `{"days":["mon"]}`,
	} {
		require.Error(t, s.Set("calls.do_not_disturb.schedule", json.RawMessage(period)), period)
	}
	require.Equal(t, Defaults(), s.Current())
}

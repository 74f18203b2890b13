package audience

import (
	"fmt"
	"regexp"
	"strconv"

	"paravent/settings"
)

// clockText is a time of day as people type it: 7:30, 07.30, 7h30, 7h, 7.
var clockText = regexp.MustCompile(`^\s*(\d{1,2})(?:\s*[:.hH]\s*(\d{2})?)?\s*$`)

// readClock reads a time of day as people type it; 24:00 is midnight.
func readClock(text string) (settings.Clock, bool) {
	m := clockText.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi("0" + m[2])
	if hour == 24 && minute == 0 {
		hour = 0
	}
	if hour > 23 || minute > 59 {
		return "", false
	}
	return settings.Clock(fmt.Sprintf("%02d:%02d", hour, minute)), true
}

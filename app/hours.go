package app

import (
	"fmt"
	"time"

	"paravent/settings"
)

// maxExpecting bounds "I am expecting a call", which opens the phone to
// everybody who has its link.
const maxExpecting = 24 * time.Hour

// Expect opens the phone to everyone with its link for some time, and ends do
// not disturb; 0 ends the expecting.
func (a *App) Expect(d time.Duration) error {
	if d < 0 || d > maxExpecting {
		return fmt.Errorf("%w: %v is not within a day", errBadSetting, d)
	}
	var until time.Time
	if d > 0 {
		until = time.Now().Add(d)
	}
	return a.UpdateSettings(func(s *settings.Settings) { s.Calls.Expect(until) })
}

// Disturb switches do not disturb off, or on until a time (the zero one: until
// it is switched off), which ends the expecting of a call.
func (a *App) Disturb(on bool, until time.Time) error {
	if !until.IsZero() && (!on || !until.After(time.Now())) {
		return fmt.Errorf("%w: do not disturb until %v", errBadSetting, until)
	}
	return a.UpdateSettings(func(s *settings.Settings) { s.Calls.Disturb(settings.Switch{On: on, Until: settings.At(until)}) })
}

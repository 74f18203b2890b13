package uitest

import (
	"time"

	"paravent/settings"
)

// SetNow moves the time of the phone, which stands still otherwise.
func (f *Fake) SetNow(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = func() time.Time { return now }
}

func (f *Fake) Expect(d time.Duration) error {
	var until time.Time
	if d > 0 {
		until = f.time().Add(d)
	}
	return f.UpdateSettings(func(s *settings.Settings) { s.Calls.Expect(until) })
}

func (f *Fake) Disturb(on bool, until time.Time) error {
	return f.UpdateSettings(func(s *settings.Settings) {
		s.Calls.Disturb(settings.Switch{On: on, Until: settings.At(until)})
	})
}

func (f *Fake) time() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now()
}

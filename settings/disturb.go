package settings

import (
	"encoding/json"
	"slices"
	"time"
)

// DoNotDisturb says when nobody may ring but those excepted. It takes the ring
// away and gives it to nobody: an exception only leaves things as they are.
type DoNotDisturb struct {
	Now        Switch      `json:"now"`        // by hand
	Schedule   []Period    `json:"schedule"`   // every week
	Exceptions []Exception `json:"exceptions"` // for both
}

// Exception is a group of people whom do not disturb does not silence.
type Exception string

// The exceptions.
const (
	ExceptContacts  Exception = "contacts"
	ExceptFollowing Exception = "following"
	ExceptVerified  Exception = "verified"
	ExceptAlways    Exception = "always" // people with phone.PermissionAlways
)

// Switch is off, on until it is switched off, or on until a moment. In the file
// it is one value, "off", "on" or the moment, so that no old moment can undo
// what was switched on later.
type Switch struct {
	On    bool
	Until Moment // none: until switched off
}

// At tells whether it is on.
func (s Switch) At(now time.Time) bool {
	return s.On && (s.Until.IsZero() || now.Before(s.Until.Time))
}

// MarshalJSON implements json.Marshaler.
func (s Switch) MarshalJSON() ([]byte, error) {
	switch {
	case !s.On:
		return []byte(`"off"`), nil
	case s.Until.IsZero():
		return []byte(`"on"`), nil
	}
	return s.Until.MarshalJSON()
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Switch) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	switch text {
	case "off", "":
		*s = Switch{}
		return nil
	case "on":
		*s = Switch{On: true}
		return nil
	}
	s.On = true
	return s.Until.UnmarshalJSON(data)
}

// Expecting tells whether the person expects a call now, from whomever.
func (c Calls) Expecting(now time.Time) bool { return now.Before(c.ExpectingUntil.Time) }

// Quiet tells whether do not disturb is in force: switched on by hand, or by
// the weekly schedule unless the person expects a call.
func (c Calls) Quiet(now time.Time) bool {
	if c.DoNotDisturb.Now.At(now) {
		return true
	}
	_, scheduled := c.DoNotDisturb.Scheduled(now)
	return scheduled && !c.Expecting(now)
}

// Expect opens the phone to everyone with the link until then; the zero time
// ends it. Whoever expects a call is not undisturbed: that ends.
func (c *Calls) Expect(until time.Time) {
	c.ExpectingUntil = At(until)
	if !until.IsZero() {
		c.DoNotDisturb.Now = Switch{}
	}
}

// Disturb switches do not disturb by hand. Whoever wants silence expects no
// call any more.
func (c *Calls) Disturb(s Switch) {
	c.DoNotDisturb.Now = s
	if s.On {
		c.ExpectingUntil = Moment{}
	}
}

// Scheduled tells whether the weekly schedule asks for silence at now, whose
// zone is the person's, and until when; the zero time says that it never ends.
func (d DoNotDisturb) Scheduled(now time.Time) (until time.Time, quiet bool) {
	at := now
	for at.Before(now.AddDate(0, 0, 8)) {
		end := at
		for _, p := range d.Schedule {
			if e, within := p.around(at); within && e.After(end) {
				end = e
			}
		}
		if end.Equal(at) {
			return at, !at.Equal(now)
		}
		at = end
	}
	return time.Time{}, true
}

// clone shares no memory with d.
func (d DoNotDisturb) clone() DoNotDisturb {
	d.Now.Until = At(d.Now.Until.Time)
	d.Exceptions = append([]Exception{}, d.Exceptions...)
	d.Schedule = append([]Period{}, d.Schedule...)
	for i := range d.Schedule {
		d.Schedule[i].Days = slices.Clone(d.Schedule[i].Days)
	}
	return d
}

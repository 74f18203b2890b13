package audience

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/settings"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// The ways to switch do not disturb by hand.
const (
	disturbOff      = "off"
	disturbOn       = "on"
	disturbHour     = "hour"
	disturbTomorrow = "tomorrow"
)

// morning is when the night that was asked for is over.
const morning = 8

var exceptions = []settings.Exception{
	settings.ExceptContacts, settings.ExceptFollowing, settings.ExceptVerified, settings.ExceptAlways,
}

// disturb is do not disturb: by hand, and whom it lets through.
type disturb struct {
	screen *Screen
	card   fyne.CanvasObject
	choice *widgets.Choice
	state  *widget.Label
	checks []*widget.Check // as exceptions
}

func newDisturb(s *Screen) *disturb {
	w := s.env.Words
	d := &disturb{screen: s, state: widgets.Paragraph("")}
	d.state.TextStyle.Bold = true
	d.choice = widgets.NewChoice([]widgets.Option{
		{ID: disturbOff, Title: w.T("disturb.off")},
		{ID: disturbOn, Title: w.T("disturb.on")},
		{ID: disturbHour, Title: w.T("disturb.hour")},
		{ID: disturbTomorrow, Title: w.T("disturb.tomorrow")},
	}, "", d.choose)
	let := container.NewVBox()
	for _, e := range exceptions {
		check := widget.NewCheck(w.T("disturb.let-"+string(e)), func(on bool) {
			s.save(func(c *settings.Calls) { c.DoNotDisturb.Exceptions = with(c.DoNotDisturb.Exceptions, e, on) })
		})
		d.checks = append(d.checks, check)
		let.Add(check)
	}
	d.card = widgets.Section(w.T("disturb.title"), widgets.Flush(widgets.Paragraph(w.T("disturb.about"))),
		d.choice, widgets.Flush(d.state),
		widgets.Gap(4), widgets.NewLine(w.T("disturb.exceptions")).Bold(), widgets.Hint(w.T("disturb.exceptions-about")), let)
	return d
}

func (d *disturb) object() fyne.CanvasObject { return d.card }

func (d *disturb) choose(how string) {
	s := d.screen
	now := s.now()
	switch how {
	case disturbOn:
		s.done(s.phone.Disturb(true, time.Time{}))
	case disturbHour:
		s.done(s.phone.Disturb(true, now.Add(time.Hour)))
	case disturbTomorrow:
		s.done(s.phone.Disturb(true, time.Date(now.Year(), now.Month(), now.Day()+1, morning, 0, 0, 0, now.Location())))
	default:
		s.done(s.phone.Disturb(false, time.Time{}))
	}
}

func (d *disturb) show(v view) {
	w := d.screen.env.Words
	d.choice.Select(switched(v.calls.DoNotDisturb.Now, v.now))
	d.state.SetText(quiet(w, v.calls, v.now))
	setHidden(d.state, d.state.Text == "")
	for i, e := range exceptions {
		mark(d.checks[i], slices.Contains(v.calls.DoNotDisturb.Exceptions, e), true)
	}
}

// switched is which of the ways fits what is so; "" where it was switched on
// elsewhere until some other time.
func switched(n settings.Switch, now time.Time) string {
	if !n.At(now) {
		return disturbOff
	}
	if n.Until.IsZero() {
		return disturbOn
	}
	until := n.Until.In(now.Location())
	switch left := until.Sub(now); {
	case until.Hour() == morning && until.Minute() == 0 && until.Second() == 0 && left <= 48*time.Hour:
		return disturbTomorrow
	case left <= time.Hour:
		return disturbHour
	}
	return ""
}

// quiet says until when nobody is let through and why; "" when do not disturb
// is off.
func quiet(w words.Words, c settings.Calls, now time.Time) string {
	by := c.DoNotDisturb.Now
	switch {
	case by.At(now) && by.Until.IsZero():
		return w.T("disturb.is-on")
	case by.At(now):
		return lasting(w, by.Until.Time, now)
	case !c.Quiet(now):
		return ""
	}
	until, _ := c.DoNotDisturb.Scheduled(now)
	if until.IsZero() {
		return w.T("disturb.scheduled-always")
	}
	return w.T("disturb.scheduled", "until", w.Until(until, now))
}

// lasting says until when something is so, and how long that is yet.
func lasting(w words.Words, until, now time.Time) string {
	return w.T("lasting", "until", w.Until(until, now), "left", w.Left(until.Sub(now)))
}

package audience

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/settings"
	"paravent/ui/widgets"
)

// periodDialog asks for a period of the week.
type periodDialog struct {
	env    widgets.Env
	save   func(settings.Period) error
	dialog *widgets.Dialog

	days     *widgets.Toggles
	from, to *clockField
	note     *widget.Label // what the times mean
	noDays   *widget.Label
	refused  *widget.Label
}

// clockField is a time of day with what is wrong with it below.
type clockField struct {
	entry   *widgets.Entry
	problem *widget.Label
}

// newPeriodDialog shows p; save gets what the person made of it. What save
// refuses is told in the dialog.
func newPeriodDialog(env widgets.Env, title string, p settings.Period, save func(settings.Period) error) {
	w := env.Words
	d := &periodDialog{env: env, save: save, note: widgets.Paragraph(""), noDays: widgets.Problem(), refused: widgets.Problem()}
	names := make([]string, len(settings.Days))
	for i, day := range settings.Days {
		names[i] = w.Weekday(day)
	}
	d.days = widgets.NewToggles(names, func(i int) bool { return slices.Contains(p.Days, settings.Days[i]) })
	d.days.OnChanged = d.typed
	d.from, d.to = d.clock(p.From, "22:00"), d.clock(p.To, "07:00")
	times := container.NewGridWithColumns(2,
		container.NewVBox(widgets.Field(w.T("schedule.from"), d.from.entry), d.from.problem),
		container.NewVBox(widgets.Field(w.T("schedule.to"), d.to.entry), d.to.problem))
	body := container.NewVBox(widgets.Field(w.T("schedule.days"), d.days), d.noDays, widgets.Gap(4), times, widgets.Flush(d.note), d.refused)
	cancel := widgets.NewButton(w.T("cancel"), func() { d.dialog.Hide() })
	confirm := widgets.NewButton(w.T("schedule.save"), d.try)
	confirm.Importance = widget.HighImportance
	d.typed()
	d.dialog = widgets.NewDialog(env.Window, title, 420, body, cancel, confirm)
	env.Window.Canvas().Focus(d.days.First())
}

func (d *periodDialog) clock(at settings.Clock, hint string) *clockField {
	f := &clockField{entry: widgets.NewEntry(), problem: widgets.Problem()}
	f.entry.SetPlaceHolder(hint)
	f.entry.SetText(string(at))
	f.entry.OnChanged = func(string) { d.typed() }
	f.entry.OnSubmitted = func(string) { d.try() }
	return f
}

// typed takes what was said of the old values away and tells what the new ones mean.
func (d *periodDialog) typed() {
	for _, l := range []*widget.Label{d.noDays, d.from.problem, d.to.problem, d.refused} {
		widgets.SetProblem(l, "")
	}
	p, _ := d.read()
	text := ""
	if p.From != "" && p.To != "" && len(p.Days) > 0 {
		text = d.env.Words.Days(p) + ", " + d.env.Words.Times(p)
	}
	d.note.SetText(text)
	d.fit()
}

// fit makes the dialog as high as what it says, once there is one.
func (d *periodDialog) fit() {
	if d.dialog != nil {
		d.dialog.Fit()
	}
}

// read is the period as it stands, and the first field that is wrong.
func (d *periodDialog) read() (p settings.Period, wrong fyne.Focusable) {
	for i, day := range settings.Days {
		if d.days.On(i) {
			p.Days = append(p.Days, day)
		}
	}
	if len(p.Days) == 0 {
		wrong = d.days.First()
	}
	for _, c := range []struct {
		field *clockField
		into  *settings.Clock
	}{{d.from, &p.From}, {d.to, &p.To}} {
		at, ok := readClock(c.field.entry.Text)
		*c.into = at
		if !ok && wrong == nil {
			wrong = c.field.entry
		}
	}
	return p, wrong
}

func (d *periodDialog) try() {
	w := d.env.Words
	p, wrong := d.read()
	if wrong == nil {
		err := d.save(p)
		if err == nil {
			d.dialog.Hide()
			return
		}
		widgets.SetProblem(d.refused, w.Error(err))
		d.fit()
		return
	}
	say := func(l *widget.Label, bad bool, key string) {
		if bad {
			widgets.SetProblem(l, w.T(key))
		}
	}
	say(d.noDays, len(p.Days) == 0, "schedule.no-days")
	say(d.from.problem, p.From == "", "schedule.bad-time")
	say(d.to.problem, p.To == "", "schedule.bad-time")
	d.fit()
	d.env.Window.Canvas().Focus(wrong)
}

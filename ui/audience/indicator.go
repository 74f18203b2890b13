package audience

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/settings"
	"paravent/ui/widgets"
)

// Indicator says on every page that calls are off, or that for a while other
// people may ring than else, until when, and ends that by one press. It is
// hidden otherwise.
type Indicator struct {
	env    widgets.Env
	phone  Phone
	now    func() time.Time
	onOpen func()

	object fyne.CanvasObject
	icon   *widgets.Icon
	text   *widget.Label
	button *widgets.Button
	calls  settings.Calls
	due    time.Time
}

// NewIndicator shows what p is at; onOpen opens the page with all choices.
func NewIndicator(env widgets.Env, p Phone, now func() time.Time, onOpen func()) *Indicator {
	i := &Indicator{env: env, phone: p, now: now, onOpen: onOpen, icon: widgets.NewIcon("audience", theme.ColorNamePrimary, 18)}
	i.text = widgets.Paragraph("")
	i.text.SizeName = theme.SizeNameCaptionText
	i.text.TextStyle.Bold = true
	i.button = widgets.NewButton("", nil)
	head := container.NewBorder(nil, nil, container.NewVBox(widgets.Gap(7), i.icon), nil, i.text)
	i.object = widgets.NewPanel("card", 10, 8, 6, container.NewVBox(head, i.button))
	i.Reload()
	return i
}

// Object is the indicator.
func (i *Indicator) Object() fyne.CanvasObject { return i.object }

// Reload reads again what is chosen.
func (i *Indicator) Reload() {
	i.calls = i.phone.Settings().Effective().Calls
	i.show(i.now())
}

// Tick lets time pass.
func (i *Indicator) Tick(now time.Time) {
	if isDue(i.due, now) {
		i.show(now)
	}
}

func (i *Indicator) show(now time.Time) {
	i.due = due(i.calls, now)
	w, d := i.env.Words, i.calls.DoNotDisturb
	switch {
	case !i.calls.Enabled:
		i.say("silenced", w.T("standing.off"), w.T("standing.open"), i.onOpen)
	case d.Now.At(now) && d.Now.Until.IsZero():
		i.say("silenced", w.T("standing.disturb"), w.T("expect.end"), i.endDisturb)
	case d.Now.At(now):
		i.say("silenced", w.T("standing.disturb-until", "until", w.Until(d.Now.Until.Time, now)), w.T("expect.end"), i.endDisturb)
	case i.calls.Expecting(now):
		i.say("audience", w.T("standing.expecting", "until", w.Until(i.calls.ExpectingUntil.Time, now)), w.T("expect.end"), i.endExpecting)
	case i.calls.Quiet(now):
		i.say("silenced", i.scheduled(now), w.T("standing.open"), i.onOpen)
	default:
		i.hide()
	}
}

func (i *Indicator) scheduled(now time.Time) string {
	until, _ := i.calls.DoNotDisturb.Scheduled(now)
	if until.IsZero() {
		return i.env.Words.T("standing.scheduled-always")
	}
	return i.env.Words.T("standing.scheduled", "until", i.env.Words.Until(until, now))
}

// say shows it. The button stays the same one, so that a press of a key is
// never lost.
func (i *Indicator) say(icon, text, press string, do func()) {
	i.icon.Set(icon, theme.ColorNamePrimary)
	i.text.SetText(text)
	i.button.OnTapped = do
	i.button.SetText(press)
	i.object.Show()
}

func (i *Indicator) hide() {
	if c := i.env.Window.Canvas(); c.Focused() == i.button {
		c.Unfocus()
	}
	i.object.Hide()
}

func (i *Indicator) endDisturb()   { i.end(i.phone.Disturb(false, time.Time{})) }
func (i *Indicator) endExpecting() { i.end(i.phone.Expect(0)) }

func (i *Indicator) end(err error) {
	i.env.Fail(err)
	i.Reload()
}

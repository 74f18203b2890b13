package audience

import (
	"fyne.io/fyne/v2"

	"paravent/settings"
	"paravent/ui/widgets"
)

// unknown is what callers get who may not ring.
type unknown struct {
	card     fyne.CanvasObject
	choice   *widgets.Choice
	lockdown fyne.CanvasObject
}

func newUnknown(s *Screen) *unknown {
	w := s.env.Words
	u := &unknown{lockdown: widgets.Detail(w.T("unknown.lockdown"))}
	u.choice = widgets.NewChoice([]widgets.Option{
		{ID: string(settings.UnknownSilence), Title: w.T("unknown.silence"), Detail: w.T("unknown.silence-detail")},
		{ID: string(settings.UnknownKnock), Title: w.T("unknown.knock"), Detail: w.T("unknown.knock-detail")},
	}, "", func(id string) { s.save(func(c *settings.Calls) { c.Unknown = settings.Unknown(id) }) })
	u.card = widgets.Section(w.T("unknown.title"), u.choice, u.lockdown)
	return u
}

func (u *unknown) object() fyne.CanvasObject { return u.card }

func (u *unknown) show(v view) {
	u.choice.Select(string(v.calls.Unknown))
	u.choice.SetDisabled(!v.calls.Enabled || v.lockdown)
	setHidden(u.lockdown, !v.lockdown)
}

package audience

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

var everybody = []settings.Audience{
	settings.AudienceContacts, settings.AudienceFollowing, settings.AudienceVerified, settings.AudienceEveryone,
}

// groups is the master switch and who may ring.
type groups struct {
	card     fyne.CanvasObject
	enabled  *widget.Check
	off      fyne.CanvasObject
	checks   []*widget.Check // as everybody
	none     fyne.CanvasObject
	lockdown fyne.CanvasObject
}

func newGroups(s *Screen) *groups {
	w := s.env.Words
	g := &groups{off: widgets.Detail(w.T("calls.off-both")), none: widgets.Detail(w.T("calls.verified-none")), lockdown: widgets.Detail(w.T("lockdown.everyone"))}
	g.enabled = widget.NewCheck(w.T("calls.enabled"), func(on bool) {
		s.save(func(c *settings.Calls) { c.Enabled = on })
	})
	body := container.NewVBox()
	for _, group := range everybody {
		check := widget.NewCheck(w.AudienceName(group), func(on bool) {
			s.save(func(c *settings.Calls) { c.Audience = with(c.Audience, group, on) })
		})
		g.checks = append(g.checks, check)
		body.Add(check)
		if group == settings.AudienceVerified {
			body.Add(g.none)
		}
	}
	body.Add(g.lockdown)
	g.card = widgets.Section(w.T("calls.groups"), g.enabled, g.off, widgets.Inset(20, 0, body))
	return g
}

func (g *groups) object() fyne.CanvasObject { return g.card }

func (g *groups) show(v view) {
	everyone := slices.Contains(v.chosen.Audience, settings.AudienceEveryone)
	nobody := !slices.ContainsFunc(v.contacts, func(c phone.Contact) bool { return c.Trust == phone.Verified })
	mark(g.enabled, v.calls.Enabled, true)
	for i, group := range everybody {
		on, free := slices.Contains(v.calls.Audience, group), v.calls.Enabled
		switch group {
		case settings.AudienceVerified:
			free = free && !everyone && (on || !nobody)
		case settings.AudienceEveryone:
			free = free && !v.lockdown
		case settings.AudienceContacts, settings.AudienceFollowing:
			free = free && !everyone
		}
		mark(g.checks[i], on, free)
	}
	setHidden(g.off, v.calls.Enabled)
	setHidden(g.none, !nobody)
	setHidden(g.lockdown, !v.lockdown)
}

func setHidden(o fyne.CanvasObject, hidden bool) {
	if hidden {
		o.Hide()
	} else {
		o.Show()
	}
}

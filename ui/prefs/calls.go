package prefs

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

// calls is "who can call me".
func (s *Screen) calls() fyne.CanvasObject {
	w := s.env.Words
	s.meaning = widgets.Paragraph("")
	s.meaning.TextStyle.Bold = true
	s.groups = container.NewVBox()
	enabled := widget.NewCheck(w.T("calls.enabled"), nil)
	enabled.SetChecked(s.shown.Calls.Enabled)
	enabled.OnChanged = func(on bool) {
		s.save(func(v *settings.Settings) { v.Calls.Enabled = on })
		s.fillGroups()
	}
	s.fillGroups()
	return widgets.Section(w.T("calls.title"), enabled, widgets.Inset(20, 0, s.groups), widgets.Flush(s.meaning))
}

func (s *Screen) fillGroups() {
	w := s.env.Words
	chosen := s.phone.Settings()
	now, lockdown := chosen.Effective().Calls, chosen.Privacy.Lockdown
	everyone := slices.Contains(chosen.Calls.Audience, settings.AudienceEveryone)
	s.groups.RemoveAll()
	for _, group := range []settings.Audience{
		settings.AudienceContacts, settings.AudienceFollowing, settings.AudienceVerified, settings.AudienceEveryone,
	} {
		check := widget.NewCheck(w.AudienceName(group), nil)
		check.SetChecked(slices.Contains(now.Audience, group))
		check.OnChanged = func(on bool) { s.allow(group, on) }
		s.groups.Add(check)
		nobody := group == settings.AudienceVerified && !s.anyVerified()
		if nobody {
			s.groups.Add(widgets.Detail(w.T("calls.verified-none")))
		}
		if !now.Enabled || nobody && !check.Checked || everyone && group != settings.AudienceEveryone ||
			lockdown && group == settings.AudienceEveryone {
			check.Disable()
		}
	}
	if lockdown {
		s.groups.Add(widgets.Detail(w.T("lockdown.everyone")))
	}
	s.meaning.SetText(w.Audience(now, time.Now()))
	s.groups.Refresh()
}

// anyVerified tells whether the safety words of anyone were compared.
func (s *Screen) anyVerified() bool {
	return slices.ContainsFunc(s.phone.Contacts(), func(c phone.Contact) bool { return c.Trust == phone.Verified })
}

func (s *Screen) allow(group settings.Audience, on bool) {
	s.save(func(v *settings.Settings) {
		// A new slice: the old one may be shared with other copies of the settings.
		kept := slices.DeleteFunc(slices.Clone(v.Calls.Audience), func(a settings.Audience) bool { return a == group })
		if on {
			kept = append(kept, group)
		}
		v.Calls.Audience = kept
	})
	s.fillGroups()
}

package prefs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/settings"
	"paravent/ui/widgets"
)

// privacy is "enhanced call privacy". In lockdown it shows what is in force;
// the choices stay as they are below it.
func (s *Screen) privacy() fyne.CanvasObject {
	w := s.env.Words
	content := []fyne.CanvasObject{
		widgets.Flush(widgets.Paragraph(w.T("privacy.about"))),
		s.lockdown(), widgets.Gap(2), s.routes(),
	}
	if s.shown.Server.Mode == settings.ServerEmbedded {
		content = append(content, widgets.Flush(widgets.Paragraph(w.T("privacy.embedded-note"))))
	}
	force := s.shown.Effective()
	content = append(content, widgets.Gap(2),
		s.overridden(w.T("speech.title"), force.Privacy.ConstantBitrate, func(v *settings.Settings, on bool) { v.Privacy.ConstantBitrate = on }),
		widgets.Detail(w.T("speech.detail")),
		s.overridden(w.T("preconnect.title"), force.Calls.Preconnect, func(v *settings.Settings, on bool) { v.Calls.Preconnect = on }),
		widgets.Detail(w.T("preconnect.detail")),
		container.NewHBox(widgets.NewButton(w.T("check.title"), s.onCheck)), widgets.Hint(w.T("check.open-detail")))
	return widgets.Section(w.T("privacy.title"), content...)
}

// lockdown is the one switch; everything it overrides is drawn again.
func (s *Screen) lockdown() fyne.CanvasObject {
	w := s.env.Words
	check := widget.NewCheck(w.T("lockdown.title"), nil)
	check.SetChecked(s.shown.Privacy.Lockdown)
	check.OnChanged = func(on bool) {
		if s.save(func(v *settings.Settings) { v.Privacy.Lockdown = on }) {
			s.fill()
		}
	}
	return container.NewVBox(check, widgets.Detail(w.T("lockdown.detail")))
}

func (s *Screen) routes() fyne.CanvasObject {
	w := s.env.Words
	option := func(p settings.RoutePolicy) widgets.Option {
		return widgets.Option{ID: string(p), Title: w.Route(p), More: container.NewVBox(
			widgets.Sees("eye", w.RoutePeer(p)), widgets.Sees("server", w.RouteServer(p)),
		)}
	}
	choice := widgets.NewChoice([]widgets.Option{
		option(settings.RouteRelay), option(settings.RouteContactsDirect), option(settings.RouteDirect),
	}, string(s.shown.Effective().Privacy.Route), func(id string) {
		s.save(func(v *settings.Settings) { v.Privacy.Route = settings.RoutePolicy(id) })
	})
	if !s.shown.Privacy.Lockdown {
		return choice
	}
	choice.SetDisabled(true)
	note := widgets.NewLine(w.T("lockdown.in-force")).Small()
	return container.NewVBox(note, choice)
}

// overridden is a check that lockdown takes over while it is on.
func (s *Screen) overridden(name string, inForce bool, set func(*settings.Settings, bool)) fyne.CanvasObject {
	c := s.saved(name, inForce, set)
	if s.shown.Privacy.Lockdown {
		c.Disable()
	}
	return c
}

package prefs

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

// network binds calls to a network device or to a tunnel (P8).
func (s *Screen) network() fyne.CanvasObject {
	w := s.env.Words
	again := widgets.NewIconButton("retry", w.T("vpn.look"), s.LookForDevices)
	content := []fyne.CanvasObject{
		widgets.Flush(widgets.Paragraph(w.T("vpn.about"))),
		widgets.Field(w.T("vpn.device"), container.NewBorder(nil, nil, nil, again, s.networkDevice())),
	}
	if name := s.unusable(); name != "" {
		content = append(content, warning(w.T("vpn.no-call", "name", name)))
	}
	content = append(content, widgets.Gap(8), s.tunnel())
	return widgets.Section(w.T("vpn.title"), content...)
}

// networkDevice chooses among the ways out, VPNs first; a chosen one that is
// away stays chosen: another one must never take its place by itself.
func (s *Screen) networkDevice() fyne.CanvasObject {
	w, chosen := s.env.Words, s.shown.Privacy.VPNDevice
	ids, names := []string{""}, map[string]string{"": w.T("vpn.system")}
	for _, d := range vpnFirst(s.networks) {
		ids = append(ids, d.Name)
		names[d.Name] = w.NetworkDevice(d)
	}
	if _, ok := names[chosen]; !ok {
		ids = append(ids, chosen)
		names[chosen] = chosen
		if s.looked {
			names[chosen] += " · " + w.T("vpn.is-away")
		}
	}
	// Only a choice draws the section again: its warning may be wrong now.
	return choose(s, ids, chosen, func(id string) string { return names[id] }, func(v *settings.Settings, id string) {
		v.Privacy.VPNDevice = id
	}, s.fill)
}

func vpnFirst(list []phone.NetworkDevice) []phone.NetworkDevice {
	list = slices.Clone(list)
	rank := func(d phone.NetworkDevice) int {
		switch {
		case d.VPN && d.Up:
			return 0
		case d.VPN:
			return 1
		case d.Up:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(list, func(a, b phone.NetworkDevice) int { return rank(a) - rank(b) })
	return list
}

// unusable is the chosen device's name where no call can go through it now.
func (s *Screen) unusable() string {
	chosen := s.shown.Privacy.VPNDevice
	if chosen == "" || !s.looked {
		return ""
	}
	for _, d := range s.networks {
		if d.Name == chosen && d.Up {
			return ""
		}
	}
	return chosen
}

// warning is a sentence that wants attention.
func warning(text string) fyne.CanvasObject {
	label := widgets.Paragraph(text)
	label.Importance = widget.WarningImportance
	return container.NewBorder(nil, nil, container.NewVBox(widgets.Gap(7), widgets.NewIcon("warning", theme.ColorNameWarning, 20)), nil, label)
}

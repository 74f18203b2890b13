package prefs

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

// maxTunnel bounds a configuration file: real ones have one or two kilobytes.
const maxTunnel = 64 << 10

// tunnel is the imported WireGuard configuration and what may be done to it.
func (s *Screen) tunnel() fyne.CanvasObject {
	w := s.env.Words
	t, have := s.phone.Tunnel()
	body := container.NewVBox(
		widgets.NewLine(w.T("tunnel.title")).Bold(),
		widgets.Hint(w.T("tunnel.about")))
	if have {
		body.Add(s.tunnelFacts(t))
	}
	body.Add(s.tunnelButtons(t, have))
	body.Add(s.refused)
	body.Add(s.onlyTunnel(have))
	body.Add(widgets.Detail(w.T("tunnel.only-detail")))
	if !have && s.shown.Privacy.Tunnel {
		body.Add(warning(w.T("tunnel.missing")))
	}
	return body
}

// onlyTunnel binds calls to the tunnel; what else may be done with it changes
// with that.
func (s *Screen) onlyTunnel(have bool) fyne.CanvasObject {
	only := widget.NewCheck(s.env.Words.T("tunnel.only"), nil)
	only.SetChecked(s.shown.Privacy.Tunnel)
	only.OnChanged = func(on bool) {
		if s.save(func(v *settings.Settings) { v.Privacy.Tunnel = on }) {
			s.fill()
		}
	}
	if !have && !s.shown.Privacy.Tunnel {
		only.Disable()
	}
	return only
}

// tunnelButtons bring a tunnel and take it away; one in use stays.
func (s *Screen) tunnelButtons(t phone.Tunnel, have bool) fyne.CanvasObject {
	w := s.env.Words
	row := container.NewHBox(widgets.NewButton(w.T("tunnel.import"), s.importFile), widgets.NewButton(w.T("tunnel.paste"), s.pasteTunnel))
	if !have {
		return row
	}
	remove := widgets.NewButton(w.T("tunnel.remove"), func() { s.askRemove(t) })
	row.Add(layout.NewSpacer())
	row.Add(remove)
	if !s.shown.Privacy.Tunnel {
		return row
	}
	remove.Disable()
	return container.NewVBox(row, widgets.Hint(w.T("tunnel.in-use")))
}

func (s *Screen) tunnelFacts(t phone.Tunnel) fyne.CanvasObject {
	w := s.env.Words
	grid := container.New(layout.NewFormLayout())
	add := func(name, value string) {
		if value != "" {
			grid.Add(widgets.NewLine(name).Small())
			grid.Add(widgets.NewLine(value).Cut())
		}
	}
	add(w.T("tunnel.name"), w.Name(t.Name))
	add(w.T("tunnel.endpoint"), t.Endpoint)
	add(w.T("tunnel.addresses"), strings.Join(t.Addresses, ", "))
	add(w.T("tunnel.dns"), strings.Join(t.DNS, ", "))
	return widgets.NewPanel("tint", 8, 12, 10, grid)
}

func (s *Screen) importFile() {
	widgets.OpenFile(s.env, s.env.Words.T("tunnel.import-title"), []string{".conf", ".txt"}, maxTunnel, s.importTunnel)
}

// pasteTunnel takes the text itself; it is gone with the dialog.
func (s *Screen) pasteTunnel() {
	w := s.env.Words
	text := widgets.NewMultiLineEntry()
	text.SetPlaceHolder("[Interface]\nPrivateKey = …\nAddress = …\n\n[Peer]\nPublicKey = …\nEndpoint = …")
	text.SetMinRowsVisible(9)
	text.MostPasted = 2 * maxTunnel // the phone refuses what is too long; half of it would be another configuration
	var d *widgets.Dialog
	shut := widgets.NewButton(w.T("cancel"), func() { d.Hide() })
	use := widgets.NewButton(w.T("tunnel.paste-use"), func() {
		d.Hide()
		s.importTunnel(w.T("tunnel.pasted"), []byte(text.Text))
	})
	use.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, w.T("tunnel.paste-title"), 520,
		container.NewVBox(text, widgets.Hint(w.T("tunnel.paste-how"))), shut, use)
	s.env.Window.Canvas().Focus(text)
}

// importTunnel tries a configuration. One that is refused leaves the old one
// as it was, and the reason stands below the buttons.
func (s *Screen) importTunnel(name string, config []byte) {
	s.env.Spawn(func() func() {
		_, err := s.phone.ImportTunnel(name, config)
		return func() {
			w := s.env.Words
			text := w.Error(err)
			if _, have := s.phone.Tunnel(); have && err != nil {
				text += " " + w.T("tunnel.kept")
			}
			widgets.SetProblem(s.refused, text)
			s.fill()
		}
	})
}

func (s *Screen) askRemove(t phone.Tunnel) {
	w := s.env.Words
	widgets.Ask(s.env.Window, w.T("tunnel.remove-title", "name", w.Name(t.Name)), w.T("tunnel.remove-question"),
		w.T("tunnel.remove"), w.T("cancel"), func() {
			s.env.Spawn(func() func() {
				err := s.phone.RemoveTunnel()
				return func() {
					s.env.Fail(err)
					widgets.SetProblem(s.refused, "")
					s.fill()
				}
			})
		})
}

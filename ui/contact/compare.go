package contact

import (
	"fyne.io/fyne/v2/container"

	"paravent/ui/scan"
	"paravent/ui/widgets"
)

// compare lets the person scan the code on the contact's own screen, which is
// as good as comparing words in a call.
func (s *Screen) compare() {
	w, id, name := s.env.Words, s.contact.ID, s.name()
	problem := widgets.Problem()
	var d *widgets.Dialog
	codes := scan.NewBar(s.env, s.phone, func(link string) {
		if err := s.phone.CompareCode(id, link); err != nil {
			widgets.SetProblem(problem, w.Error(err))
			d.Fit()
			return
		}
		d.Hide()
		s.Reload()
		widgets.Tell(s.env.Window, w.T("contact.trust-verified"), w.T("contact.compare-same", "name", name), w.T("close"))
	}, func() {
		widgets.SetProblem(problem, "") // it was about the code before
		d.Fit()
	})
	shut := widgets.NewButton(w.T("cancel"), func() { d.Hide() })
	d = widgets.NewDialog(s.env.Window, w.T("contact.compare-title", "name", name), 440, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("contact.compare-how", "name", name))), codes.Object(), problem), shut)
	d.OnGone(codes.Close)
	s.env.Window.Canvas().Focus(shut)
}

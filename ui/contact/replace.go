package contact

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/scan"
	"paravent/ui/widgets"
)

// replacing is the dialog that gives a contact another address. It says what
// that ends before it is done.
type replacing struct {
	screen *Screen
	dialog *widgets.Dialog
	codes  *scan.Bar
	link   *widgets.Entry
	means  *widget.Label
	wrong  *widget.Label
	do     *widgets.Button
	who    phone.Person // whom the link names; the zero Person while it is none
}

func (s *Screen) replace() {
	w := s.env.Words
	r := &replacing{screen: s, link: widgets.NewMultiLineEntry(), means: widgets.Paragraph(""), wrong: widgets.Problem()}
	r.link.SetPlaceHolder("paravent:…")
	r.link.Wrapping = fyne.TextWrapBreak
	r.link.SetMinRowsVisible(4)
	r.link.OnChanged = func(string) { r.look() }
	r.link.OnEnter = func() {
		if !r.do.Disabled() && r.do.Importance != widget.DangerImportance { // another key is for the button alone
			r.replace()
		}
	}
	r.codes = scan.NewBar(s.env, s.phone, r.link.SetText, func() { r.dialog.Fit() })
	r.do = widgets.NewButton(w.T("contact.replace-do"), r.replace)
	r.do.Importance = widget.HighImportance
	r.do.Disable()
	r.means.Hide()
	r.dialog = widgets.NewDialog(s.env.Window, w.T("contact.replace-title", "name", s.name()), 440, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("contact.replace-how"))), r.link, r.codes.Object(), widgets.Flush(r.means), r.wrong,
	), widgets.NewButton(w.T("cancel"), func() { r.dialog.Hide() }), r.do)
	r.dialog.OnGone(r.codes.Close)
	s.env.Window.Canvas().Focus(r.link)
}

// look tells what the link means as soon as it is one.
func (r *replacing) look() {
	s := r.screen
	link := strings.TrimSpace(r.link.Text)
	who, err := s.phone.WhoseLink(link)
	r.who = who
	means, wrong := "", ""
	switch {
	case link == "":
	case err != nil:
		wrong = s.env.Words.Error(err)
	case who.Contact && who.ID != s.contact.ID:
		wrong = s.env.Words.T("contact.replace-taken", "name", s.env.Words.Name(who.Name))
	default:
		means = s.means(who)
	}
	r.do.Importance = widget.HighImportance
	if who.ID != s.contact.ID {
		r.do.Importance = widget.DangerImportance
	}
	widgets.SetProblem(r.means, means)
	widgets.SetProblem(r.wrong, wrong)
	if means == "" {
		r.do.Disable()
	} else {
		r.do.Enable()
	}
	r.do.Refresh()
	r.dialog.Fit()
}

// means is what becomes of the contact with an address of who.
func (s *Screen) means(who phone.Person) string {
	w, c := s.env.Words, s.contact
	if who.ID == c.ID {
		return w.T("contact.replace-same")
	}
	parts := []string{w.T("contact.replace-other", "name", s.name())}
	for _, lapses := range []struct {
		it  bool
		key string
	}{
		{c.Trust == phone.Verified, "contact.replace-verified"},
		{c.Permission == phone.PermissionAlways, "contact.replace-always"},
		{c.Route == phone.RouteDirect, "contact.replace-direct"},
	} {
		if lapses.it {
			parts = append(parts, w.T(lapses.key))
		}
	}
	return strings.Join(parts, " ")
}

// replace does it. The page is that of the other key from then on: the phone
// may tell of the change before it returns.
func (r *replacing) replace() {
	s, old := r.screen, r.screen.contact
	s.contact.ID = r.who.ID
	if _, err := s.phone.ReplaceAddress(old.ID, strings.TrimSpace(r.link.Text)); err != nil {
		s.contact = old
		widgets.SetProblem(r.wrong, s.env.Words.Error(err))
		r.dialog.Fit()
		return
	}
	r.dialog.Hide()
	s.Reload()
}

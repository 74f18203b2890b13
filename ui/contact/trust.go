package contact

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// look is how a trust state is shown.
type look struct {
	icon, title string
	color       fyne.ThemeColorName
}

func looks(t phone.Trust) look {
	switch t {
	case phone.Verified:
		return look{"shield", "contact.trust-verified", theme.ColorNameSuccess}
	case phone.Changed:
		return look{"warning", "contact.trust-changed", theme.ColorNameError}
	case phone.Unverified:
	}
	return look{"shield", "contact.trust-unverified", "subtle"}
}

// trust is how sure the contact's key is theirs, and what can be done about it.
type trust struct {
	screen *Screen
	body   fyne.CanvasObject

	how             *widget.Label
	compare, differ *widgets.Button
}

func newTrust(s *Screen) *trust {
	w := s.env.Words
	t := &trust{screen: s, how: widgets.Paragraph("")}
	t.differ = widgets.NewButton(w.T("contact.differ"), t.askDiffer)
	t.compare = widgets.NewButton(w.T("contact.compare"), s.compare)
	t.compare.Importance = widget.HighImportance
	t.body = widgets.Section(w.T("contact.trust"), widgets.Flush(t.how), container.NewVBox(t.compare, t.differ))
	return t
}

func (t *trust) object() fyne.CanvasObject { return t.body }

func (t *trust) set(c phone.Contact) {
	w := t.screen.env.Words
	t.how.SetText(w.T(looks(c.Trust).title+"-how", "name", t.screen.name()))
	t.compare.Hidden = c.Trust == phone.Verified
	t.differ.Hidden = c.Trust == phone.Changed
	t.body.Refresh()
}

// askDiffer asks before trust is taken away.
func (t *trust) askDiffer() {
	s := t.screen
	w, id := s.env.Words, s.contact.ID
	widgets.Ask(s.env.Window, w.T("contact.differ-title"), w.T("contact.differ-question", "name", s.name()),
		w.T("contact.differ-yes"), w.T("cancel"), func() {
			s.env.Fail(s.phone.Distrust(id))
			s.Reload()
		})
}

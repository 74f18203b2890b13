package contacts

import (
	"bytes"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// maxCards is what is read of a file at most. The phone takes less, and says
// so better than a file that cannot be read.
const maxCards = 64 << 20

// openMenu shows what can be done about the whole address book.
func (s *Screen) openMenu() {
	w := s.env.Words
	export := fyne.NewMenuItem(w.T("contacts.export"), s.askExport)
	export.Disabled = len(s.book.all) == 0
	s.menu = widget.NewPopUpMenu(fyne.NewMenu("", fyne.NewMenuItem(w.T("contacts.import"), s.chooseImport), export), s.env.Window.Canvas())
	size, below := s.menu.MinSize(), s.more
	s.menu.ShowAtRelativePosition(fyne.NewPos(below.Size().Width-size.Width, below.Size().Height), below)
}

// askExport says what goes into the file and what does not, then asks where to.
func (s *Screen) askExport() {
	w := s.env.Words
	var d *widgets.Dialog
	cancel := widgets.NewButton(w.T("cancel"), func() { d.Hide() })
	next := widgets.NewButton(w.T("export.choose"), func() {
		d.Hide()
		s.export()
	})
	next.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, w.T("contacts.export-title"), 420, widgets.Flush(widgets.Paragraph(w.T("contacts.export-how"))), cancel, next)
	s.env.Window.Canvas().Focus(next)
}

func (s *Screen) export() {
	s.env.Spawn(func() func() {
		var cards bytes.Buffer
		err := s.phone.ExportContacts(&cards)
		return func() {
			s.env.Fail(err)
			if err == nil {
				widgets.SaveAndTell(s.env, widgets.Format{Name: "paravent-contacts.vcf", Content: cards.Bytes()})
			}
		}
	})
}

func (s *Screen) chooseImport() {
	widgets.OpenFile(s.env, s.env.Words.T("contacts.import-title"), []string{".vcf", ".vcard"}, maxCards, s.imports)
}

// imports adds the people of a file; one of thousands takes a moment.
func (s *Screen) imports(_ string, content []byte) {
	s.busy(true)
	s.env.Spawn(func() func() {
		done, err := s.phone.ImportContacts(bytes.NewReader(content))
		return func() {
			s.busy(false)
			s.env.Fail(err)
			if err == nil {
				s.Reload()
				s.showImport(done)
			}
		}
	})
}

// takeBack undoes an import.
func (s *Screen) takeBack(done phone.Import) {
	s.busy(true)
	s.env.Spawn(func() func() {
		err := s.phone.UndoImport(done)
		return func() {
			s.busy(false)
			s.env.Fail(err)
			s.Reload()
		}
	})
}

// busy tells that a file is being read, and that no other can be meanwhile.
func (s *Screen) busy(on bool) {
	s.more.SetDisabled(on)
	if on {
		s.working.Show()
	} else {
		s.working.Hide()
	}
	s.object.Refresh()
}

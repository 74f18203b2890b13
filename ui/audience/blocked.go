package audience

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/openlink"
	"paravent/ui/widgets"
)

// blocked lists who is blocked, in the address book or not.
type blocked struct {
	screen *Screen
	card   fyne.CanvasObject
	about  *widget.Label
	rows   *fyne.Container
	shown  []phone.Person
}

func newBlocked(s *Screen) *blocked {
	w := s.env.Words
	b := &blocked{screen: s, about: widgets.Paragraph(w.T("blocked.none")), rows: container.NewVBox()}
	b.card = widgets.Section(w.T("blocked.title"), widgets.Flush(b.about), b.rows)
	return b
}

func (b *blocked) object() fyne.CanvasObject { return b.card }

func (b *blocked) show(v view) {
	if reflect.DeepEqual(b.shown, v.blocked) {
		return
	}
	b.shown = v.blocked
	about := "blocked.about"
	if len(b.shown) == 0 {
		about = "blocked.none"
	}
	b.about.SetText(b.screen.env.Words.T(about))
	b.rows.RemoveAll()
	for _, p := range b.shown {
		b.rows.Add(b.row(p))
	}
	b.rows.Refresh()
}

func (b *blocked) row(p phone.Person) fyne.CanvasObject {
	s := b.screen
	w := s.env.Words
	where := w.T("blocked.contact")
	if !p.Contact {
		where = w.T("link.key", "key", openlink.ShortKey(p.ID))
	}
	name := container.NewVBox(widgets.NewLine(w.Name(p.Name)).Bold().Cut(), widgets.NewLine(where).Small().Cut())
	undo := widgets.NewButton(w.T("blocked.undo"), func() { s.done(s.phone.Unblock(p.ID)) })
	return container.NewBorder(nil, nil, nil, container.NewCenter(undo), name)
}

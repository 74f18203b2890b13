package contact

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/app/phone"
	"paravent/ui/history"
	"paravent/ui/widgets"
)

// fewPast is how many entries are shown until all are asked for; allPast is
// how many then. The history itself has the rest.
const (
	fewPast = 4
	allPast = 100
)

// past is what there was with the contact, newest first.
type past struct {
	screen *Screen
	body   fyne.CanvasObject
	rows   *fyne.Container
	shown  []phone.HistoryEntry
	all    bool // the person asked for all
	filled bool
}

func newPast(s *Screen) *past {
	p := &past{screen: s, rows: container.NewVBox()}
	p.body = widgets.Section(s.env.Words.T("contact.past"), p.rows)
	return p
}

func (p *past) object() fyne.CanvasObject { return p.body }

func (p *past) set(c phone.Contact) {
	list := p.screen.phone.HistoryWith(c.ID, allPast)
	if p.filled && slices.EqualFunc(list, p.shown, func(a, b phone.HistoryEntry) bool { return a.ID == b.ID }) {
		return
	}
	p.shown, p.filled = list, true
	p.fill()
}

func (p *past) fill() {
	w := p.screen.env.Words
	p.rows.RemoveAll()
	list := p.shown
	if !p.all {
		list = list[:min(fewPast, len(list))]
	}
	for _, e := range list {
		p.rows.Add(p.row(e))
	}
	switch {
	case len(p.shown) == 0:
		p.rows.Add(widgets.Hint(w.T("contact.past-none")))
	case len(list) < len(p.shown):
		p.rows.Add(container.NewHBox(widgets.NewButton(w.T("contact.past-all", "n", fmt.Sprint(len(p.shown))), func() {
			p.all = true
			p.fill()
		})))
	}
	p.body.Refresh()
}

// row is an entry; its button opens the receipt or what was left at the door.
func (p *past) row(e phone.HistoryEntry) fyne.CanvasObject {
	s := p.screen
	w := s.env.Words
	name, color := history.Look(e)
	what := widgets.NewLine(w.Outcome(e)).Cut()
	what.SetColor(color)
	text := container.NewVBox(what, widgets.NewLine(w.When(e.At, s.now())).Small().Cut())
	open := widgets.NewIconButton("shield", w.T("receipt.open"), func() { history.Open(s.env, e, s.now()) })
	open.SetDisabled(e.Receipt == nil && e.Kind != phone.HistoryKnock)
	return container.NewBorder(nil, nil, container.NewHBox(widgets.NewIcon(name, color, 20), widgets.Gap(6)), open, text)
}

package audience

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// pickHeight has room for a few people in the smallest window.
const pickHeight = 150

// pick asks for whom what is chosen: found as one types, taken by a press.
type pick struct {
	env    widgets.Env
	put    func(id string, may phone.Permission) error
	dialog *widgets.Dialog

	choice  *widgets.Choice
	search  *widgets.Entry
	list    *widgets.List
	none    *widget.Label
	problem *widget.Label
	all     []phone.Contact
	shown   []phone.Contact
}

// newPick offers the contacts for whom nothing was chosen yet.
func newPick(env widgets.Env, contacts []phone.Contact, put func(id string, may phone.Permission) error) {
	w := env.Words
	p := &pick{env: env, put: put, search: widgets.NewEntry(), none: widgets.Paragraph(""), problem: widgets.Problem()}
	for _, c := range contacts {
		if !chosenFor(c) && !c.Blocked {
			p.all = append(p.all, c)
		}
	}
	slices.SortStableFunc(p.all, func(a, b phone.Contact) int { return strings.Compare(phone.Fold(a.Name), phone.Fold(b.Name)) })
	p.choice = widgets.NewChoice([]widgets.Option{
		{ID: string(phone.PermissionAlways), Title: w.T("may.always"), Detail: w.T("may.always-detail")},
		{ID: string(phone.PermissionNever), Title: w.T("may.never"), Detail: w.T("may.never-detail")},
	}, string(phone.PermissionAlways), nil)
	p.search.SetPlaceHolder(w.T("contacts.search"))
	p.search.OnChanged = func(string) { p.fill() }
	p.search.OnSubmitted = func(string) { p.take(0) }
	p.buildList()
	p.fill()
	room := container.NewStack(widgets.High(pickHeight, p.list), p.none)
	cancel := widgets.NewButton(w.T("cancel"), func() { p.dialog.Hide() })
	p.dialog = widgets.NewDialog(env.Window, w.T("may.add"), 420, container.NewVBox(p.choice, p.search, p.problem, room), cancel)
	env.Window.Canvas().Focus(p.search)
}

func (p *pick) buildList() {
	p.list = widgets.NewList(
		func() int { return len(p.shown) },
		func() fyne.CanvasObject { return widgets.Inset(8, 8, widgets.NewLine("").Cut()) },
		func(i int, o fyne.CanvasObject) {
			o.(*fyne.Container).Objects[0].(*widgets.Line).SetText(p.env.Words.Name(p.shown[i].Name))
		},
	)
	p.list.OnSelected = func(i int) {
		p.list.Unselect(i)
		p.take(i)
	}
	p.list.OnKey = func(_ int, key fyne.KeyName) {
		if key == fyne.KeyEscape {
			p.dialog.Hide()
		}
	}
}

// fill shows whom the search leaves.
func (p *pick) fill() {
	wanted := phone.Fold(strings.TrimSpace(p.search.Text))
	p.shown = nil
	for _, c := range p.all {
		if strings.Contains(phone.Fold(c.Name), wanted) {
			p.shown = append(p.shown, c)
		}
	}
	text := ""
	switch {
	case len(p.all) == 0:
		text = p.env.Words.T("may.nobody-left")
	case len(p.shown) == 0:
		text = p.env.Words.T("contacts.no-match")
	}
	p.none.SetText(text)
	p.list.Refresh()
}

// take chooses for the i-th of those shown.
func (p *pick) take(i int) {
	if i >= len(p.shown) {
		return
	}
	if err := p.put(p.shown[i].ID, phone.Permission(p.choice.Selected())); err != nil {
		widgets.SetProblem(p.problem, p.env.Words.Error(err))
		return
	}
	p.dialog.Hide()
}

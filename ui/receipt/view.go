// Package receipt shows what a call showed of this phone: while it runs and
// afterwards. Drawing goroutine only.
package receipt

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// View is a receipt part by part.
type View struct {
	words words.Words
	live  bool
	shown phone.Receipt
	body  *fyne.Container
}

// NewView shows r; live says that the call goes on.
func NewView(w words.Words, r phone.Receipt, live bool) *View {
	v := &View{words: w, live: live, body: container.NewVBox()}
	v.fill(r)
	return v
}

// Object is the view.
func (v *View) Object() fyne.CanvasObject { return v.body }

// Set shows a newer receipt of the same call.
func (v *View) Set(r phone.Receipt) {
	r.At = v.shown.At // the time of asking alone is no news
	if !reflect.DeepEqual(r, v.shown) {
		v.fill(r)
	}
}

func (v *View) fill(r phone.Receipt) {
	v.shown = r
	v.body.RemoveAll()
	for _, p := range v.words.ReceiptParts(r, v.live) {
		v.body.Add(widgets.NewLine(p.Title).Small())
		for _, text := range p.Lines {
			line := widgets.NewLine(text).Cut()
			if p.Bad {
				line.SetColor(theme.ColorNameError)
			}
			v.body.Add(line)
		}
		if p.Note != "" {
			v.body.Add(widgets.NewLine(p.Note).Small())
		}
		v.body.Add(widgets.Gap(6))
	}
}

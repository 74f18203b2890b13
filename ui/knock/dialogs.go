package knock

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/callview"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Add puts somebody outside into the address book, under a name that the
// person may change.
func (l *List) Add(who phone.Person) {
	widgets.AskName(l.env, words.SafeName(who.Name), func(name string) error {
		_, err := l.phone.AddContact(name, who.Address)
		if err == nil {
			l.Reload()
		}
		return err
	})
}

// Sender leaves knocks. Knock may take ten seconds and is called away from the
// drawing goroutine.
type Sender interface {
	Knock(to, text string, consents ...phone.Consent) error
}

// leaving is the dialog in which one leaves a knock.
type leaving struct {
	env    widgets.Env
	phone  Sender
	to     string
	dialog *widgets.Dialog
	text   *widgets.Entry
	count  *widgets.Line
	wrong  *widget.Label
	send   *widgets.Button
}

// Leave asks what to leave at a door: to is what Knock takes, name whom the
// dialog names, "" for somebody known by a link only.
func Leave(env widgets.Env, p Sender, to, name string) {
	w := env.Words
	v := &leaving{env: env, phone: p, to: to, text: widgets.NewMultiLineEntry(), count: widgets.NewLine("").Small(), wrong: widgets.Problem()}
	v.text.Wrapping = fyne.TextWrapWord
	v.text.SetMinRowsVisible(3)
	v.text.SetPlaceHolder(w.T("knock.hint"))
	v.text.OnChanged = func(string) { v.counted() }
	v.text.OnSubmitted = func(string) { v.leave() }
	v.send = widgets.NewButton(w.T("knock.send"), func() { v.leave() })
	v.send.Importance = widget.HighImportance
	title := w.T("knock.leave-title", "name", w.Name(name))
	if name == "" {
		title = w.T("knock.leave-title-link")
	}
	v.dialog = widgets.NewDialog(env.Window, title, 460, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("knock.how"))), v.text, v.count, v.wrong),
		widgets.NewButton(w.T("cancel"), func() { v.dialog.Hide() }), v.send)
	v.counted()
	env.Window.Canvas().Focus(v.text)
}

func (v *leaving) counted() {
	n := utf8.RuneCountInString(strings.TrimSpace(v.text.Text))
	v.count.SetText(v.env.Words.T("knock.count", "n", fmt.Sprint(n), "max", fmt.Sprint(phone.MaxKnock)))
	v.count.SetColor("subtle")
	if n > phone.MaxKnock {
		v.count.SetColor(theme.ColorNameError)
	}
	widgets.SetProblem(v.wrong, "")
	if n == 0 || n > phone.MaxKnock {
		v.send.Disable()
	} else {
		v.send.Enable()
	}
}

func (v *leaving) leave(consents ...phone.Consent) {
	if v.send.Disabled() {
		return
	}
	v.send.Disable()
	text := v.text.Text
	v.env.Spawn(func() func() {
		err := v.phone.Knock(v.to, text, consents...)
		return func() { v.left(err, consents) }
	})
}

func (v *leaving) left(err error, consents []phone.Consent) {
	w := v.env.Words
	if v.env.Window.Canvas().Overlays().Top() == nil { // a call took the window
		v.env.Fail(err)
		return
	}
	v.counted()
	asked := err != nil && callview.AskConsent(v.env, callview.ToKnock, err, func(c phone.Consent) {
		v.leave(append(slices.Clone(consents), c)...)
	})
	switch {
	case asked:
	case err != nil:
		widgets.SetProblem(v.wrong, w.Error(err))
	default:
		v.dialog.Hide()
		widgets.Tell(v.env.Window, w.T("knock.sent-title"), w.T("knock.sent"), w.T("close"))
	}
}

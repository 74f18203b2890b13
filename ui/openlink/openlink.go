// Package openlink is the question that a paravent: link brings up when it was
// opened outside the window. A link by itself neither calls nor adds anybody:
// any page could open one, and make the phone ring out. Drawing goroutine only.
package openlink

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Phone is what the question needs.
type Phone interface {
	WhoseLink(link string) (phone.Person, error)
	AddContact(name, address string) (phone.Contact, error)
}

// Question asks about one link.
type Question struct {
	env    widgets.Env
	phone  Phone
	who    phone.Person
	onCall func(to string, video bool)
	onDone func()
	dialog *widgets.Dialog
	name   *widgets.Entry
	wrong  *widget.Label
}

// Ask shows the question about link, or why it cannot be used. onCall gets
// whom the person decided to call, onDone runs once the question is answered.
func Ask(env widgets.Env, p Phone, link string, onCall func(to string, video bool), onDone func()) *Question {
	q := &Question{env: env, phone: p, onCall: onCall, onDone: onDone}
	who, err := p.WhoseLink(link)
	q.who = who
	switch {
	case err != nil:
		q.dialog = widgets.Tell(env.Window, env.Words.T("link.title"), env.Words.Error(err), env.Words.T("close"))
	case who.Contact:
		q.askKnown()
	default:
		q.askUnknown()
	}
	q.dialog.OnClose(onDone)
	return q
}

// Hide takes the question away unanswered.
func (q *Question) Hide() {
	q.dialog.OnClose(nil)
	q.dialog.Hide()
}

// askKnown offers to call a contact, at the address in the address book: the
// link could name their key and a server of somebody else.
func (q *Question) askKnown() {
	w := q.env.Words
	cancel := q.cancel()
	q.dialog = widgets.NewDialog(q.env.Window, w.T("link.title"), 420, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("link.known", "name", w.Name(q.who.Name)))),
		widgets.Hint(w.T("link.nothing"))),
		cancel, q.call(q.who.ID, w.Name(q.who.Name)))
	q.env.Window.Canvas().Focus(cancel)
}

func (q *Question) askUnknown() {
	w := q.env.Words
	key := ShortKey(q.who.ID)
	q.name = widgets.NewEntry()
	q.name.SetPlaceHolder(w.T("contacts.name-hint"))
	q.name.OnChanged = func(string) { widgets.SetProblem(q.wrong, "") }
	q.name.OnSubmitted = func(string) { q.add() }
	q.wrong = widgets.Problem()
	add := widgets.NewButton(w.T("link.add"), q.add)
	add.Importance = widget.HighImportance
	q.dialog = widgets.NewDialog(q.env.Window, w.T("link.title"), 420, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("link.unknown", "key", key))),
		widgets.Hint(w.T("link.nothing")),
		widgets.Field(w.T("contacts.name"), q.name), q.wrong),
		q.cancel(), q.call(q.who.Address, w.T("link.key", "key", key)), add)
	q.env.Window.Canvas().Focus(q.name)
}

func (q *Question) cancel() *widgets.Button {
	return widgets.NewButton(q.env.Words.T("cancel"), func() { q.dialog.Hide() })
}

// call leads to a second question: sound or pictures too, or nothing.
func (q *Question) call(to, name string) fyne.CanvasObject {
	w := q.env.Words
	return widgets.NewButton(w.T("link.call"), func() {
		q.dialog.OnClose(nil)
		q.dialog.Hide()
		place := func(video bool) func() {
			return func() {
				q.dialog.Hide()
				q.onCall(to, video)
			}
		}
		cancel := q.cancel()
		q.dialog = widgets.NewDialog(q.env.Window, w.T("link.call-title", "name", name), 420,
			widgets.Flush(widgets.Paragraph(w.T("link.call-how"))),
			cancel, widgets.NewButton(w.T("call.video"), place(true)), widgets.NewButton(w.T("call.audio"), place(false)))
		q.dialog.OnClose(q.onDone)
		q.env.Window.Canvas().Focus(cancel)
	})
}

func (q *Question) add() {
	name := strings.TrimSpace(q.name.Text)
	if name == "" {
		widgets.SetProblem(q.wrong, q.env.Words.T("contacts.name-missing"))
		q.env.Window.Canvas().Focus(q.name)
		return
	}
	if _, err := q.phone.AddContact(name, q.who.Address); err != nil {
		widgets.SetProblem(q.wrong, q.env.Words.Error(err))
		return
	}
	q.dialog.Hide()
}

// ShortKey is the beginning of an identity key in groups, as people compare it.
func ShortKey(id string) string {
	id = id[:min(16, len(id))]
	var groups []string
	for ; len(id) > 4; id = id[4:] {
		groups = append(groups, id[:4])
	}
	return strings.Join(append(groups, id), " ")
}

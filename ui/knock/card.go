package knock

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/callview"
	"paravent/ui/openlink"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// card is a person, what there is to say about them, and what can be done.
func (l *List) card(who phone.Person, title string, text fyne.CanvasObject, actions ...fyne.CanvasObject) fyne.CanvasObject {
	face := widgets.NewAvatar(40)
	face.SetPerson(words.SafeName(who.Name), who.ID)
	head := container.NewVBox(widgets.NewLine(title).Bold().Cut(),
		widgets.NewLine(l.env.Words.T("link.key", "key", openlink.ShortKey(who.ID))).Small().Cut())
	if who.Namesake {
		warning := widgets.NewLine(l.env.Words.T("namesake")).Small().Cut()
		warning.SetColor(theme.ColorNameError)
		head.Add(warning)
	}
	if who.Contact {
		head.Objects = head.Objects[:1]
		page := widgets.NewButton(l.env.Words.T("contacts.more"), func() { l.onOpen(who.ID) })
		actions = append([]fyne.CanvasObject{page}, actions...)
	}
	row := container.NewHBox(append([]fyne.CanvasObject{layout.NewSpacer()}, actions...)...)
	return widgets.NewPanel("card", 12, 14, 10, container.NewVBox(
		container.NewBorder(nil, nil, container.NewHBox(face, widgets.Gap(6)), nil, head), text, row))
}

// knockCard shows what somebody left. Their words stand by themselves, so that
// no direction of writing can mix them with the window's own.
func (l *List) knockCard(e phone.HistoryEntry) fyne.CanvasObject {
	w := l.env.Words
	admit := widgets.NewButton(w.T("knock.admit"), func() { l.Admit(e) })
	admit.Importance = widget.HighImportance
	if l.busy[e.ID] {
		admit.Disable()
	}
	return l.card(e.Peer, w.T("knock.title", "name", w.Name(e.Peer.Name), "when", w.When(e.At, l.now())),
		widgets.Flush(widgets.Paragraph(words.SafeKnock(e.Text))),
		widgets.NewButton(w.T("knock.later"), func() { l.memory.putAway(e.ID); l.Reload() }),
		widgets.NewButton(w.T("knock.block"), func() { l.AskBlock(e.Peer) }),
		widgets.NewButton(w.T("knock.add"), func() { l.Add(e.Peer) }), admit)
}

// admittedCard shows that somebody may ring once.
func (l *List) admittedCard(a phone.Admission) fyne.CanvasObject {
	w := l.env.Words
	return l.card(a.Who, w.T("knock.may-ring", "name", w.Name(a.Who.Name), "time", w.When(a.Until, l.now())),
		widgets.Hint(w.T("knock.may-ring-detail")),
		widgets.NewButton(w.T("knock.withdraw"), func() {
			l.env.Fail(l.phone.Withdraw(a.Who.ID))
			l.Reload()
		}))
}

// welcomeCard shows that somebody lets this phone ring.
func (l *List) welcomeCard(e phone.Admitted) fyne.CanvasObject {
	w := l.env.Words
	until := w.When(e.Until, l.now())
	title := w.T("knock.welcome", "name", w.Name(e.From.Name), "time", until)
	if e.From.Name == "" {
		title = w.T("knock.welcome-link", "time", until)
	}
	call := func(video bool) func() {
		return func() {
			l.memory.forget(e.From.ID)
			l.Reload()
			to := e.From.Address
			if e.From.Contact {
				to = e.From.ID
			}
			l.onCall(to, video)
		}
	}
	audio := widgets.NewButton(w.T("knock.call"), call(false))
	audio.Importance = widget.HighImportance
	return l.card(e.From, title,
		widgets.Hint(w.T("knock.welcome-detail")),
		widgets.NewButton(w.T("close"), func() { l.memory.forget(e.From.ID); l.Reload() }),
		widgets.NewButton(w.T("call.video"), call(true)), audio)
}

// Admit lets somebody ring once. Their server may have to be agreed to first.
func (l *List) Admit(e phone.HistoryEntry, consents ...phone.Consent) {
	l.busy[e.ID] = true
	l.Reload()
	l.env.Spawn(func() func() {
		err := l.phone.Admit(e.ID, consents...)
		return func() {
			delete(l.busy, e.ID)
			l.Reload()
			asked := err != nil && callview.AskConsent(l.env, callview.ToAdmit, err, func(c phone.Consent) {
				l.Admit(e, append(slices.Clone(consents), c)...)
			})
			if !asked {
				l.env.Fail(err)
			}
		}
	})
}

// AskBlock asks before somebody is blocked.
func (l *List) AskBlock(who phone.Person) {
	w := l.env.Words
	widgets.Ask(l.env.Window, w.T("knock.block-title", "name", w.Name(who.Name)), w.T("knock.block-question"),
		w.T("knock.block"), w.T("cancel"), func() {
			l.env.Fail(l.phone.BlockPerson(who))
			l.Reload()
		})
}

package callview

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"paravent/app/phone"
	own "paravent/ui/theme"
	"paravent/ui/widgets"
)

// Answerer is what a ringing call's screen does to the call.
type Answerer interface {
	Answer(id phone.CallID, video bool, consents ...phone.Consent) error
	Decline(id phone.CallID) error
}

// Incoming asks whether to answer.
type Incoming struct {
	env    widgets.Env
	phone  Answerer
	info   phone.CallInfo
	object fyne.CanvasObject
}

// NewIncoming asks about the ringing call of info.
func NewIncoming(env widgets.Env, p Answerer, info phone.CallInfo) *Incoming {
	s := &Incoming{env: env, phone: p, info: info}
	w := env.Words
	name := w.Name(info.Peer.Name)
	face := widgets.NewAvatar(120)
	face.SetPerson(name, info.Peer.ID)
	known := widgets.NewLine(w.T("incoming.unknown")).Center()
	known.SetColor(theme.ColorNameWarning)
	if info.Peer.Contact {
		known = widgets.NewLine(w.T("incoming.contact")).Center()
		known.SetColor(theme.ColorNameSuccess)
	}
	kind := w.State(info)

	decline := widgets.NewRound("hangup", w.T("incoming.decline"), widgets.Bad, s.decline).Big()
	audio := widgets.NewRound("phone", w.T("incoming.answer"), widgets.Good, func() { s.answer(false) }).Big()
	buttons := container.NewHBox(layout.NewSpacer(), decline, widgets.Gap(28))
	if info.Video {
		audio.Set("phone", w.T("incoming.answer-audio"), widgets.Plain)
		buttons.Add(audio)
		buttons.Add(widgets.Gap(28))
		buttons.Add(widgets.NewRound("video", w.T("incoming.answer-video"), widgets.Good, func() { s.answer(true) }).Big())
	} else {
		buttons.Add(audio)
	}
	buttons.Add(layout.NewSpacer())
	body := container.NewVBox(
		layout.NewSpacer(), container.NewCenter(face), widgets.Gap(14),
		widgets.NewLine(name).Sized(own.SizeHero).Bold().Center().Cut(), widgets.NewLine(kind).Center(), widgets.Gap(2), known,
		layout.NewSpacer(), buttons, widgets.Gap(10),
		widgets.NewLine(w.T("incoming.keys")).Small().Center(), layout.NewSpacer(),
	)
	s.object = container.NewThemeOverride(widgets.NewPanel(own.ColorStage, 0, 24, 16, body), own.NewDark())
	return s
}

// Object is the screen.
func (s *Incoming) Object() fyne.CanvasObject { return s.object }

// ID is the call that rings.
func (s *Incoming) ID() phone.CallID { return s.info.ID }

// Key answers with Enter, as the call was offered, and declines with Escape.
func (s *Incoming) Key(name fyne.KeyName) {
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter:
		s.answer(s.info.Video)
	case fyne.KeyEscape:
		s.decline()
	}
}

// answer goes on ringing while the person is asked.
func (s *Incoming) answer(video bool, consents ...phone.Consent) {
	err := s.phone.Answer(s.info.ID, video, consents...)
	asked := AskConsent(s.env, ToAnswer, err, func(c phone.Consent) {
		s.answer(video, append(slices.Clone(consents), c)...)
	})
	if !asked {
		s.env.Fail(err)
	}
}

func (s *Incoming) decline() { s.env.Fail(s.phone.Decline(s.info.ID)) }

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
	"paravent/ui/words"
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
	face.SetPerson(words.SafeName(info.Peer.Name), info.Peer.ID)
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
		widgets.NewLine(name).Sized(own.SizeHero).Bold().Center().Cut(), widgets.NewLine(kind).Center(), widgets.Gap(2), s.known(name),
		layout.NewSpacer(), widgets.NewPanel(own.ColorStage, 16, 24, 14, container.NewVBox(buttons, widgets.Gap(10),
			widgets.NewLine(w.T("incoming.keys")).Small().Center())), layout.NewSpacer(),
	)
	s.object = container.NewThemeOverride(widgets.NewPanel(s.ground(), 0, 24, 16, body), own.NewDark())
	return s
}

// ground is red where the caller's key is another one than before.
func (s *Incoming) ground() fyne.ThemeColorName {
	if s.info.Trust == phone.Changed {
		return own.ColorAlarm
	}
	return own.ColorStage
}

// known tells what is known of the caller's key.
func (s *Incoming) known(name string) fyne.CanvasObject {
	w := s.env.Words
	line := func(key string, color fyne.ThemeColorName) *widgets.Line {
		l := widgets.NewLine(w.T(key, "name", name)).Center()
		l.SetColor(color)
		return l
	}
	switch {
	case s.info.Peer.Namesake:
		return line("namesake", theme.ColorNameError).Bold()
	case !s.info.Peer.Contact:
		return line("incoming.unknown", theme.ColorNameWarning)
	case s.info.Trust == phone.Changed:
		return container.NewVBox(line("incoming.changed", theme.ColorNameForegroundOnError).Bold(),
			line("incoming.changed-means", theme.ColorNameForegroundOnError))
	case s.info.Trust == phone.Verified:
		return container.NewHBox(layout.NewSpacer(), widgets.NewIcon("shield", theme.ColorNameSuccess, 18),
			line("incoming.verified", theme.ColorNameSuccess), layout.NewSpacer())
	}
	return line("incoming.contact", own.ColorSubtle)
}

// Object is the screen.
func (s *Incoming) Object() fyne.CanvasObject { return s.object }

// Shows tells whether c says nothing new.
func (s *Incoming) Shows(c phone.CallInfo) bool {
	return s.info.ID == c.ID && s.info.Trust == c.Trust && s.info.Peer == c.Peer
}

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

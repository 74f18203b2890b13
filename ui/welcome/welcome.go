// Package welcome is the first start: who is calling, through which server,
// in which language. Drawing goroutine only.
package welcome

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/settings"
	"paravent/ui/theme"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Answers are what the person says here.
type Answers struct {
	Name     string
	Language string // "" follows the system
	Server   settings.Server
}

// Screen asks; Object shows it.
type Screen struct {
	env      widgets.Env
	answers  Answers
	onBegin  func(Answers)
	onSpeak  func(Answers)
	object   fyne.CanvasObject
	name     *widget.Entry
	address  *widget.Entry
	problem  *widget.Label
	lan      *fyne.Container
	remote   *fyne.Container
	begin    *widgets.Button
	progress *widget.Activity
	restore  *widgets.Button // hidden where none is offered
}

// New asks, starting from draft. onBegin gets complete answers; onSpeak gets
// what there is when another language is chosen, for the window to ask anew.
func New(env widgets.Env, draft Answers, onBegin, onSpeak func(Answers)) *Screen {
	if draft.Server.Mode == settings.ServerUnset {
		draft.Server.Mode = settings.ServerEmbedded
	}
	s := &Screen{env: env, answers: draft, onBegin: onBegin, onSpeak: onSpeak}
	s.build()
	s.check()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// OfferRestore offers to be somebody whose backup there is; restore asks for it.
func (s *Screen) OfferRestore(restore func()) {
	s.restore.OnTapped = restore
	s.restore.Show()
}

// FirstField wants the keyboard when the screen appears.
func (s *Screen) FirstField() fyne.Focusable { return s.name }

func (s *Screen) build() {
	w := s.env.Words
	logo := canvas.NewImageFromResource(theme.AppIcon())
	logo.FillMode = canvas.ImageFillContain
	logo.SetMinSize(fyne.NewSquareSize(72))
	tagline := widgets.Paragraph(w.T("welcome.tagline"))
	tagline.Alignment = fyne.TextAlignCenter

	s.name = widget.NewEntry()
	s.name.SetPlaceHolder(w.T("welcome.name-hint"))
	s.name.SetText(s.answers.Name)
	s.name.OnChanged = func(text string) { s.answers.Name = text; s.check() }
	s.name.OnSubmitted = func(string) { s.submit() }

	s.begin = widgets.NewButton(w.T("welcome.begin"), s.submit)
	s.begin.Importance = widget.HighImportance
	s.progress = widget.NewActivity()
	s.progress.Hide()
	s.restore = widgets.NewButton(w.T("restore.offer"), nil)
	s.restore.Importance = widget.LowImportance
	s.restore.Hide()

	form := container.NewVBox(
		widgets.Field(w.T("welcome.name"), s.name),
		widgets.Gap(6), widgets.NewLine(w.T("welcome.server")).Small(), s.serverChoice(),
		widgets.Gap(6), widgets.Field(w.T("prefs.language"), s.languageChoice()),
	)
	s.object = widgets.Page(520, container.NewVBox(
		logo, widgets.NewLine("Paravent").Sized(theme.SizeHero).Bold().Center(), tagline,
		widgets.NewCard(form), widgets.Gap(4), s.begin, container.NewCenter(s.restore), container.NewCenter(s.progress),
	))
}

func (s *Screen) serverChoice() fyne.CanvasObject {
	w := s.env.Words
	check := widget.NewCheck(w.T("server.lan"), func(on bool) { s.answers.Server.LAN = on })
	check.SetChecked(s.answers.Server.LAN)
	s.lan = widgets.Inset(24, 0, check)

	s.address = widget.NewEntry()
	s.address.SetPlaceHolder(w.T("server.address-hint"))
	s.address.SetText(s.answers.Server.Address)
	s.address.OnChanged = func(text string) { s.answers.Server.Address = strings.TrimSpace(text); s.check() }
	s.address.OnSubmitted = func(string) { s.submit() }
	s.problem = widgets.Problem()
	s.remote = widgets.Inset(28, 0, container.NewVBox(s.address, s.problem))

	return widgets.NewChoice([]widgets.Option{
		{ID: string(settings.ServerEmbedded), Title: w.T("server.embedded"), Detail: w.T("server.embedded-detail"), More: s.lan},
		{ID: string(settings.ServerRemote), Title: w.T("server.remote"), Detail: w.T("server.remote-detail"), More: s.remote},
	}, string(s.answers.Server.Mode), func(id string) {
		s.answers.Server.Mode = settings.ServerMode(id)
		s.check()
		if s.answers.Server.Mode == settings.ServerRemote {
			s.env.Window.Canvas().Focus(s.address)
		}
	})
}

func (s *Screen) languageChoice() fyne.CanvasObject {
	return widgets.NewLanguage(s.env.Words, s.answers.Language, func(lang string) {
		s.answers.Language = lang
		s.onSpeak(s.answers)
	})
}

// check shows what fits the answers so far and says what is wrong with them.
func (s *Screen) check() {
	embedded := s.answers.Server.Mode == settings.ServerEmbedded
	show(s.lan, embedded)
	show(s.remote, !embedded)
	problem := ""
	if !embedded && s.answers.Server.Address != "" {
		problem = s.env.Words.ServerAddress(s.answers.Server.Address)
	}
	widgets.SetProblem(s.problem, problem)
	if s.complete() {
		s.begin.Enable()
	} else {
		s.begin.Disable()
	}
}

func (s *Screen) complete() bool {
	server := s.answers.Server
	reachable := server.Mode == settings.ServerEmbedded ||
		server.Address != "" && s.env.Words.ServerAddress(server.Address) == ""
	return words.SafeName(s.answers.Name) != "" && reachable
}

func (s *Screen) submit() {
	if !s.complete() || s.begin.Disabled() {
		return
	}
	s.SetBusy(true)
	answers := s.answers
	answers.Name = words.SafeName(answers.Name)
	s.onBegin(answers)
}

// SetBusy shows that the phone is starting, or that it may be tried again.
func (s *Screen) SetBusy(busy bool) {
	show(s.progress, busy)
	if busy {
		s.begin.Disable()
		s.restore.Disable()
		s.progress.Start()
		return
	}
	s.progress.Stop()
	s.restore.Enable()
	s.check()
}

func show(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

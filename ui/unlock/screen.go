// Package unlock is what the window shows while its phone is not open: it asks
// for the passphrase of a profile that is locked, and says in words what else
// is wrong. Drawing goroutine only.
//
//	Ask:  passphrase -> Try -> busy -> wrong: said in place
//	Tell: what is wrong, Try again -> busy -> still so: said anew
package unlock

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/secret"
	"paravent/ui/theme"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Ways is what the person can do here.
type Ways struct {
	Try  func(passphrase string) // "" where none is asked for
	Quit func()
	// Folder is where the profile lies, for whoever lost the passphrase.
	Folder string
	// Profile is its name, "" for the default one.
	Profile string
}

// Screen asks or tells; Object shows it.
type Screen struct {
	env    widgets.Env
	ways   Ways
	object fyne.CanvasObject
	column *fyne.Container
	secret *secret.Field // nil where none would help
	told   *widget.Label // what is wrong, or how to go on without the passphrase
	busy   *widgets.Busy
	try    *widgets.Button
}

// Ask asks for the passphrase of the profile.
func Ask(env widgets.Env, ways Ways) *Screen {
	w := env.Words
	s := newScreen(env, ways, w.T("unlock.do"))
	s.secret = secret.New(w, w.T("unlock.passphrase"), w.T("unlock.passphrase-hint"), s.submit, s.fit)
	s.busy.Others = append(s.busy.Others, s.secret.Disableables()...)
	s.told.Hide()
	s.lay(w.T("unlock.title"), widgets.Flush(widgets.Paragraph(w.T("unlock.about"))), s.secret.Object, widgets.Flush(s.told))
	return s
}

// Tell says what is wrong, where no passphrase helps.
func Tell(env widgets.Env, ways Ways, problem string) *Screen {
	w := env.Words
	s := newScreen(env, ways, w.T("unlock.again"))
	s.told.SetText(problem)
	s.lay(w.T("unlock.failed"), widgets.Flush(s.told))
	return s
}

func newScreen(env widgets.Env, ways Ways, do string) *Screen {
	s := &Screen{env: env, ways: ways, busy: widgets.NewBusy(), told: widgets.Paragraph("")}
	s.try = widgets.NewButton(do, s.submit)
	s.try.Importance = widget.HighImportance
	s.busy.Others = []fyne.Disableable{s.try}
	return s
}

func (s *Screen) lay(title string, rows ...fyne.CanvasObject) {
	logo := canvas.NewImageFromResource(theme.AppIcon())
	logo.FillMode = canvas.ImageFillContain
	logo.SetMinSize(fyne.NewSquareSize(72))
	quit := widgets.NewButton(s.env.Words.T("unlock.quit"), s.ways.Quit)
	rows = append(rows, widgets.Gap(4), container.NewHBox(s.busy.Object, layout.NewSpacer(), quit, s.try))
	s.column = container.NewVBox(logo, widgets.NewLine("Paravent").Sized(theme.SizeHero).Bold().Center())
	if s.ways.Profile != "" {
		s.column.Add(widgets.NewLine(s.ways.Profile).Center().Cut())
	}
	s.column.Add(widgets.Gap(8))
	s.column.Add(widgets.Section(title, rows...))
	s.object = widgets.Page(520, s.column)
}

// fit lays it out again after something in it came, went or grew.
func (s *Screen) fit() { s.column.Refresh() }

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// Asks tells whether it asks for a passphrase.
func (s *Screen) Asks() bool { return s.secret != nil }

// First wants the keyboard first.
func (s *Screen) First() fyne.Focusable {
	if s.Asks() {
		return s.secret.First()
	}
	return s.try
}

// Key takes a key that no widget has a use for.
func (s *Screen) Key(key fyne.KeyName) {
	if key == fyne.KeyEscape {
		s.ways.Quit()
	}
}

func (s *Screen) submit() {
	w := s.env.Words
	switch {
	case s.try.Disabled():
	case !s.Asks():
		s.busy.Start(w.T("unlock.trying"))
		s.ways.Try("")
	case s.secret.Complete(s.env.Window.Canvas()):
		s.secret.Say("")
		s.busy.Start(w.T("unlock.busy"))
		s.ways.Try(s.secret.Text())
	}
}

// Failed says that this did not help; the person may try once more.
func (s *Screen) Failed(problem string) {
	s.busy.Stop()
	if s.Asks() {
		s.secret.Say(problem)
		problem = s.env.Words.T("unlock.lost", "folder", words.SafeText(s.ways.Folder))
	}
	s.told.SetText(problem)
	s.told.Show()
	s.fit()
	s.env.Window.Canvas().Focus(s.First()) // being disabled took it away
}

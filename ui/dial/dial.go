// Package dial calls someone by a pasted link, and shows the own address for
// others to do the same. Drawing goroutine only.
package dial

import (
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Phone is what this screen needs. All but Self and WhoseLink is called away
// from the drawing goroutine.
type Phone interface {
	widgets.Coder
	Self() phone.Self
	// WhoseLink reads a link, and fails where it is none.
	WhoseLink(link string) (phone.Person, error)
	// ExportOwn writes the own address as a vCard.
	ExportOwn(w io.Writer) error
	// NewAddress retires the links given out so far for strangers.
	NewAddress() (link string, err error)
}

// Screen is both cards.
type Screen struct {
	env     widgets.Env
	phone   Phone
	onCall  func(link string, video bool)
	onKnock func(link, name string)

	object  fyne.CanvasObject
	link    *widgets.Entry
	problem *widget.Label
	own     *own
}

// New calls through onCall, which reports failures through Fail, and leaves a
// knock through onKnock.
func New(env widgets.Env, p Phone, onCall func(link string, video bool), onKnock func(link, name string)) *Screen {
	s := &Screen{env: env, phone: p, onCall: onCall, onKnock: onKnock, own: newOwn(env, p)}
	w := env.Words
	s.object = container.NewBorder(widgets.Inset(24, 20, widgets.Heading(w.T("dial.title"))), nil, nil, nil,
		widgets.Page(640, container.NewVBox(s.callCard(), widgets.Gap(10), s.own.object)))
	s.Reload()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

func (s *Screen) callCard() fyne.CanvasObject {
	w := s.env.Words
	s.link = widgets.NewEntry()
	s.link.SetPlaceHolder("paravent:…")
	s.link.OnChanged = func(string) { widgets.SetProblem(s.problem, "") }
	s.link.OnSubmitted = func(string) { s.withLink(s.audio) }
	s.problem = widgets.Problem()
	audio := widgets.NewButton(w.T("call.audio"), func() { s.withLink(s.audio) })
	audio.Importance = widget.HighImportance
	video := widgets.NewButton(w.T("call.video"), func() { s.withLink(func(link string) { s.onCall(link, true) }) })
	knock := widgets.NewButton(w.T("knock.leave"), func() { s.withLink(s.knock) })
	return widgets.Section(w.T("dial.card"), widgets.Flush(widgets.Paragraph(w.T("dial.how"))), s.link, s.problem,
		widgets.Gap(2), container.NewHBox(audio, video, knock))
}

func (s *Screen) audio(link string) { s.onCall(link, false) }

// knock asks for no words where there is nobody to leave them with.
func (s *Screen) knock(link string) {
	who, err := s.phone.WhoseLink(link)
	if err != nil {
		s.Fail(err)
		s.env.Window.Canvas().Focus(s.link)
		return
	}
	s.onKnock(link, who.Name)
}

// withLink does something with the link that was pasted.
func (s *Screen) withLink(do func(link string)) {
	link := strings.TrimSpace(s.link.Text)
	if link == "" {
		widgets.SetProblem(s.problem, s.env.Words.T("contacts.link-missing"))
		s.env.Window.Canvas().Focus(s.link)
		return
	}
	widgets.SetProblem(s.problem, "")
	do(link)
}

// Fail says why the link could not be called. What is none is looked up as a
// name, but no name was asked for.
func (s *Screen) Fail(err error) {
	text := s.env.Words.Error(err)
	if phone.CodeOf(err) == "contact-not-found" {
		text = s.env.Words.T("error.bad-address")
	}
	widgets.SetProblem(s.problem, text)
}

// Reload shows the own address again where it changed.
func (s *Screen) Reload() { s.own.set(s.phone.Self().Address) }

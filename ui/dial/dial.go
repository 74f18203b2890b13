// Package dial calls someone by a pasted link, and shows the own address for
// others to do the same. Drawing goroutine only.
package dial

import (
	"bytes"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
	"github.com/skip2/go-qrcode"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Phone is what this screen needs.
type Phone interface {
	Self() phone.Self
	// NewAddress retires the links given out so far for strangers.
	NewAddress() (link string, err error)
}

// Screen is both cards.
type Screen struct {
	env     widgets.Env
	phone   Phone
	onCall  func(link string, video bool)
	onKnock func(link string)

	object  fyne.CanvasObject
	link    *widget.Entry
	problem *widget.Label
	own     *fyne.Container
	address string
}

// New calls through onCall, which reports failures through Fail, and leaves a
// knock through onKnock.
func New(env widgets.Env, p Phone, onCall func(link string, video bool), onKnock func(link string)) *Screen {
	s := &Screen{env: env, phone: p, onCall: onCall, onKnock: onKnock, own: container.NewVBox(), address: "\x00"}
	w := env.Words
	s.object = container.NewBorder(widgets.Inset(24, 20, widgets.Heading(w.T("dial.title"))), nil, nil, nil,
		widgets.Page(640, container.NewVBox(s.callCard(), widgets.Gap(10), widgets.Section(w.T("own.title"), s.own))))
	s.Reload()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

func (s *Screen) callCard() fyne.CanvasObject {
	w := s.env.Words
	s.link = widget.NewEntry()
	s.link.SetPlaceHolder("paravent:…")
	s.link.OnChanged = func(string) { widgets.SetProblem(s.problem, "") }
	s.link.OnSubmitted = func(string) { s.withLink(s.audio) }
	s.problem = widgets.Problem()
	audio := widget.NewButton(w.T("call.audio"), func() { s.withLink(s.audio) })
	audio.Importance = widget.HighImportance
	video := widget.NewButton(w.T("call.video"), func() { s.withLink(func(link string) { s.onCall(link, true) }) })
	knock := widget.NewButton(w.T("knock.leave"), func() { s.withLink(s.onKnock) })
	return widgets.Section(w.T("dial.card"), widgets.Flush(widgets.Paragraph(w.T("dial.how"))), s.link, s.problem,
		widgets.Gap(2), container.NewHBox(audio, video, knock))
}

func (s *Screen) audio(link string) { s.onCall(link, false) }

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

// Fail says why the link could not be called.
func (s *Screen) Fail(err error) { widgets.SetProblem(s.problem, s.env.Words.Error(err)) }

// Reload shows the own address again where it changed.
func (s *Screen) Reload() {
	address := s.phone.Self().Address
	if address == s.address {
		return
	}
	s.address = address
	w := s.env.Words
	if address == "" {
		s.own.Objects = []fyne.CanvasObject{widgets.Paragraph(w.T("own.none"))}
		s.own.Refresh()
		return
	}
	text := widget.NewLabel(address)
	text.Wrapping = fyne.TextWrapBreak
	text.TextStyle.Monospace = true
	text.SizeName = "helperText"
	text.Selectable = true
	copied := widgets.NewLine("").Small()
	button := widget.NewButton(w.T("own.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(address)
		copied.SetText(w.T("own.copied"))
	})
	button.Importance = widget.HighImportance
	side := container.NewVBox(widgets.Paragraph(w.T("own.how")), text,
		container.NewHBox(button, widget.NewButton(w.T("own.new"), s.askNew), container.NewCenter(widgets.Wide(60, copied))))
	s.own.Objects = []fyne.CanvasObject{side}
	if code := qr(address); code != nil {
		s.own.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil, container.NewCenter(code), nil, side)}
	}
	s.own.Refresh()
}

// askNew asks before older links are retired.
func (s *Screen) askNew() {
	w := s.env.Words
	widgets.Ask(s.env.Window, w.T("own.new-title"), w.T("own.new-question"), w.T("own.new"), w.T("cancel"), func() {
		_, err := s.phone.NewAddress()
		s.env.Fail(err)
		s.Reload()
	})
}

// qr is the address as a code to photograph, nil where it does not fit in one.
func qr(address string) fyne.CanvasObject {
	code, err := qrcode.New(address, qrcode.Low)
	if err != nil {
		return nil
	}
	png, err := code.PNG(-4)
	if err != nil {
		return nil
	}
	img := canvas.NewImageFromReader(bytes.NewReader(png), "qr.png")
	img.FillMode, img.ScaleMode = canvas.ImageFillContain, canvas.ImageScalePixels
	img.SetMinSize(fyne.NewSquareSize(196))
	return img
}

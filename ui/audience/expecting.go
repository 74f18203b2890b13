package audience

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/ui/widgets"
)

// expectFor is how long one press opens the phone.
const expectFor = time.Hour

// expecting is "I am expecting a call". Its one button begins and ends it.
type expecting struct {
	screen *Screen
	card   fyne.CanvasObject
	button *widgets.Button
	state  *widgets.Line
}

func newExpecting(s *Screen) *expecting {
	w := s.env.Words
	e := &expecting{screen: s, state: widgets.NewLine("").Bold().Cut()}
	e.button = widgets.NewButton("", func() {
		if s.view.calls.Expecting(s.now()) {
			s.done(s.phone.Expect(0))
			return
		}
		s.done(s.phone.Expect(expectFor))
	})
	e.card = widgets.Section(w.T("expect.title"), widgets.Flush(widgets.Paragraph(w.T("expect.about"))),
		container.NewBorder(nil, nil, e.button, nil, widgets.Inset(6, 8, e.state)))
	return e
}

func (e *expecting) object() fyne.CanvasObject { return e.card }

func (e *expecting) show(v view) {
	w := e.screen.env.Words
	on := v.calls.Expecting(v.now)
	text, state := w.T("expect.hour"), ""
	switch {
	case on:
		text, state = w.T("expect.end"), lasting(w, v.calls.ExpectingUntil.Time, v.now)
	case v.lockdown:
		state = w.T("expect.lockdown")
	}
	e.button.SetText(text)
	e.state.SetText(state)
	allow(e.button, on || v.calls.Enabled && !v.lockdown)
}

// Package selftest is the screen "What would they see?": it runs the privacy
// check and shows what a hostile peer learned and which rules hold. Drawing
// goroutine only.
package selftest

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Phone is what the check needs. PrivacyCheck takes some seconds and is called
// away from the drawing goroutine; it calls progress from any.
type Phone interface {
	PrivacyCheck(ctx context.Context, progress func(done, total int)) (phone.PrivacyReport, error)
}

// Screen is the self-test.
type Screen struct {
	env   widgets.Env
	phone Phone
	now   func() time.Time

	object fyne.CanvasObject
	run    *widgets.Button
	stop   *widgets.Button
	bar    *widget.ProgressBar
	step   *widgets.Line
	result *fyne.Container
	cancel context.CancelFunc // nil while none runs
	closed bool
}

// New is the self-test of p; back leads to where it was opened.
func New(env widgets.Env, p Phone, now func() time.Time, back func()) *Screen {
	w := env.Words
	s := &Screen{env: env, phone: p, now: now, result: container.NewVBox()}
	s.run = widgets.NewButton(w.T("check.run"), s.Run)
	s.run.Importance = widget.HighImportance
	s.stop = widgets.NewButton(w.T("cancel"), s.Cancel)
	s.bar, s.step = widget.NewProgressBar(), widgets.NewLine("").Small()
	s.bar.TextFormatter = func() string { return "" }
	head := container.NewHBox(widgets.NewIconButton("back", w.T("check.back"), back), widgets.Gap(4), widgets.Heading(w.T("check.title")))
	page := container.NewVBox(
		widgets.NewCard(container.NewVBox(
			widgets.Flush(widgets.Paragraph(w.T("check.about"))), s.step, s.bar,
			container.NewHBox(s.run, s.stop, layout.NewSpacer()))),
		widgets.Gap(8), s.result)
	s.object = container.NewBorder(widgets.Inset(20, 14, head), nil, nil, nil, widgets.Page(760, page))
	s.show(false)
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// show shows what fits a check that runs, or none.
func (s *Screen) show(running bool) {
	for _, o := range []fyne.CanvasObject{s.stop, s.bar, s.step} {
		if running {
			o.Show()
		} else {
			o.Hide()
		}
	}
	if running {
		s.run.Hide()
	} else {
		s.run.Show()
	}
}

// Run runs the check; while one runs it does nothing.
func (s *Screen) Run() {
	if s.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.bar.SetValue(0)
	s.step.SetText(s.env.Words.T("check.starting"))
	s.result.RemoveAll()
	s.show(true)
	newest := widgets.NewLatest(s.progress)
	s.env.Spawn(func() func() {
		report, err := s.phone.PrivacyCheck(ctx, func(done, total int) { newest.Put(step{done, total}) })
		return func() { s.finished(ctx, report, err) }
	})
}

// Cancel stops a check that runs.
func (s *Screen) Cancel() {
	if s.cancel != nil {
		s.cancel()
	}
}

// Close stops a check that runs; nothing is shown any more.
func (s *Screen) Close() {
	s.closed = true
	s.Cancel()
}

func (s *Screen) finished(ctx context.Context, report phone.PrivacyReport, err error) {
	stopped := ctx.Err() != nil
	s.cancel()
	s.cancel = nil
	if s.closed {
		return
	}
	s.show(false)
	switch {
	case err == nil:
		s.run.SetText(s.env.Words.T("check.again"))
		s.report(report)
	case !stopped || !errors.Is(err, context.Canceled):
		s.env.Fail(err)
	}
}

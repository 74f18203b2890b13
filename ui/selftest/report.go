package selftest

import (
	"encoding/json"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// step is how far a check has come.
type step struct{ done, total int }

func (s *Screen) progress(at step) {
	if s.cancel == nil || at.total <= 0 {
		return
	}
	s.bar.SetValue(float64(at.done) / float64(at.total))
	s.step.SetText(s.env.Words.T("check.running", "done", strconv.Itoa(min(at.done+1, at.total)), "total", strconv.Itoa(at.total)))
}

// report shows what the check found.
func (s *Screen) report(r phone.PrivacyReport) {
	s.result.Objects = []fyne.CanvasObject{
		s.headline(r), widgets.Gap(8), s.learned(r), widgets.Gap(8), s.rules(r),
	}
	s.result.Refresh()
}

func (s *Screen) headline(r phone.PrivacyReport) fyne.CanvasObject {
	w := s.env.Words
	icon := widgets.NewIcon("shield", theme.ColorNameSuccess, 40)
	if !r.Passed {
		icon = widgets.NewIcon("warning", theme.ColorNameError, 40)
	}
	text := widgets.Paragraph(w.CheckHeadline(r))
	text.TextStyle.Bold, text.SizeName = true, theme.SizeNameSubHeadingText
	said := container.NewVBox(text,
		widgets.Inset(theme.InnerPadding(), 0, container.NewVBox(
			widgets.NewLine(w.CheckWhen(r, s.now())).Small().Cut(), widgets.NewLine(w.CheckCount(r)).Small().Cut())))
	var copied *widgets.Button
	copied = widgets.NewButton(w.T("export.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(w.CheckText(r, s.now()))
		copied.SetText(w.T("export.copied"))
	})
	export := widgets.NewButton(w.T("export.button"), func() { widgets.Export(s.env, s.formats(r)) })
	return widgets.NewCard(container.NewVBox(container.NewBorder(nil, nil, icon, nil, said), container.NewHBox(copied, export)))
}

func (s *Screen) formats(r phone.PrivacyReport) []widgets.Format {
	name := "paravent-privacy-check-" + r.At.In(s.now().Location()).Format("2006-01-02-1504")
	data, err := json.MarshalIndent(r, "", "  ")
	s.env.Fail(err)
	return []widgets.Format{
		{ID: "text", Name: name + ".txt", Content: []byte(s.env.Words.CheckText(r, s.now()))},
		{ID: "json", Name: name + ".json", Content: append(data, '\n')},
	}
}

// maxAllowed bounds how many allowed facts of one kind are listed: each call
// has ports and identifiers of its own. The exported report has all of them.
const maxAllowed = 4

// abridged are the facts worth listing, all forbidden ones among them, and how
// many were left out.
func abridged(facts []words.Fact) (list []words.Fact, left int) {
	listed := map[string]int{}
	for _, f := range facts {
		if !f.Forbidden && listed[f.Kind] == maxAllowed {
			left++
			continue
		}
		if !f.Forbidden {
			listed[f.Kind]++
		}
		list = append(list, f)
	}
	return list, left
}

func (s *Screen) learned(r phone.PrivacyReport) fyne.CanvasObject {
	w := s.env.Words
	list, left := abridged(w.Facts(r.Learned))
	content := []fyne.CanvasObject{}
	for _, f := range list {
		content = append(content, s.fact(f))
	}
	if left > 0 {
		content = append(content, widgets.Hint(w.T("check.more", "n", strconv.Itoa(left))))
	}
	if len(list) == 0 {
		content = append(content, widgets.NewLine(w.T("check.learned-none")))
	} else {
		content = append(content, widgets.Hint(w.T("check.learned-how")))
	}
	return widgets.Section(w.T("check.learned"), content...)
}

func (s *Screen) fact(f words.Fact) fyne.CanvasObject {
	icon, color, mark := "check", theme.ColorNameSuccess, s.env.Words.T("check.allowed")
	if f.Forbidden {
		icon, color, mark = "warning", theme.ColorNameError, s.env.Words.T("check.forbidden")
	}
	value := widgets.NewLine(f.Value).Bold().Cut()
	if f.Forbidden {
		value.SetColor(color)
	}
	text := container.NewVBox(value, widgets.NewLine(f.Kind+" · "+mark+" · "+f.How).Small().Cut())
	return widgets.Inset(0, 3, container.NewBorder(nil, nil, container.NewHBox(widgets.NewIcon(icon, color, 18), widgets.Gap(4)), nil, text))
}

func (s *Screen) rules(r phone.PrivacyReport) fyne.CanvasObject {
	content := []fyne.CanvasObject{}
	for _, rule := range r.Rules {
		content = append(content, s.rule(rule))
	}
	return widgets.Section(s.env.Words.T("check.rules"), content...)
}

func (s *Screen) rule(r phone.RuleResult) fyne.CanvasObject {
	icon, color := look(r.Verdict)
	number := widgets.NewLine(r.Rule).Bold()
	verdict := widgets.NewLine(s.env.Words.Verdict(r.Verdict)).Small()
	verdict.SetColor(color)
	name := widgets.NewLine(s.env.Words.Rule(r.Rule)).Cut()
	text := container.NewVBox(name, widgets.Hint(words.SafeText(r.Evidence)))
	left := container.NewVBox(widgets.Wide(44, number))
	right := container.NewVBox(container.NewHBox(widgets.NewIcon(icon, color, 18), widgets.Wide(110, verdict)))
	return container.NewBorder(nil, nil, left, right, text)
}

// look is the icon and colour of a verdict.
func look(v phone.Verdict) (string, fyne.ThemeColorName) {
	switch v {
	case phone.Passed:
		return "check", theme.ColorNameSuccess
	case phone.Failed:
		return "warning", theme.ColorNameError
	case phone.NotApplicable:
	}
	return "info", "subtle"
}

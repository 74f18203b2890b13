package backup

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// secret asks for a passphrase: once for a file that has one, or twice for one
// that shall get it.
type secret struct {
	words   words.Words
	entry   *widgets.Entry
	again   *widgets.Entry // nil: asked for once
	show    *widgets.Check
	problem *widget.Label
	fit     func()
	object  fyne.CanvasObject
}

// newSecret asks under title; submit runs on Enter, fit after it took more room
// or less.
func newSecret(w words.Words, title, hint string, submit, fit func()) *secret {
	s := &secret{words: w, fit: fit, problem: widgets.Problem()}
	s.entry = concealed(hint, submit)
	s.entry.OnChanged = func(string) { s.say("") }
	s.show = widgets.NewCheck(w.T("passphrase.show"), s.reveal)
	s.object = container.NewVBox(widgets.Field(title, s.entry), s.problem, s.show)
	return s
}

// newTwice asks for a passphrase that nobody has used yet, and says how good it is.
func newTwice(w words.Words, submit, fit func()) *secret {
	s := newSecret(w, "", w.T("passphrase.new-hint"), submit, fit)
	s.again = concealed(w.T("passphrase.again-hint"), submit)
	label, advice := widgets.LiveHint(w.T("passphrase." + strength("")))
	s.entry.OnChanged = func(text string) {
		label.SetText(w.T("passphrase." + strength(text)))
		s.say("")
	}
	s.again.OnChanged = func(string) { s.say("") }
	s.object = container.NewVBox(widgets.Field(w.T("passphrase.title"), s.entry), advice,
		widgets.Field(w.T("passphrase.again"), s.again), s.problem, s.show)
	return s
}

// concealed is an entry that shows dots. The toolkit's own button in it cannot
// be reached by keys; the check below the entries can.
func concealed(hint string, submit func()) *widgets.Entry {
	e := widgets.NewEntry()
	e.Password, e.ActionItem = true, widgets.Gap(0)
	e.SetPlaceHolder(hint)
	e.OnSubmitted = func(string) { submit() }
	return e
}

func (s *secret) reveal(on bool) {
	for _, e := range s.entries() {
		e.Password = !on
		e.Refresh()
	}
}

func (s *secret) entries() []*widgets.Entry {
	if s.again == nil {
		return []*widgets.Entry{s.entry}
	}
	return []*widgets.Entry{s.entry, s.again}
}

// say shows what is wrong with the passphrase, nothing for "".
func (s *secret) say(problem string) {
	widgets.SetProblem(s.problem, problem)
	s.fit()
}

// complete tells whether there is a passphrase to use, and else says what is
// wrong and gives the focus to where it can be mended.
func (s *secret) complete(c fyne.Canvas) bool {
	w := s.words
	switch {
	case s.again == nil && s.entry.Text == "":
		s.say(w.T("passphrase.missing"))
	case s.again != nil && utf8.RuneCountInString(s.entry.Text) < phone.MinPassphrase:
		s.say(w.T("error.passphrase-too-short"))
	case s.again != nil && s.again.Text != s.entry.Text:
		s.say(w.T("passphrase.differ"))
		c.Focus(s.again)
		return false
	default:
		return true
	}
	c.Focus(s.entry)
	return false
}

func (s *secret) disableables() []fyne.Disableable {
	list := []fyne.Disableable{s.show}
	for _, e := range s.entries() {
		list = append(list, e)
	}
	return list
}

// strength names what is said of a passphrase for a file that whoever has it
// may try for years.
func strength(text string) string {
	kinds := map[rune]bool{}
	for _, r := range text {
		kinds[r] = true
	}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "advice"
	case n < phone.MinPassphrase:
		return "short"
	case n < 16 || len(kinds) < 8:
		return "weak"
	}
	return "good"
}

// Package secret asks for passphrases: one that a file has, or a new one twice,
// saying how good it is. Drawing goroutine only.
package secret

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Field asks for a passphrase: once for a file that has one, or twice for one
// that shall get it.
type Field struct {
	Object  fyne.CanvasObject
	words   words.Words
	entry   *widgets.Entry
	again   *widgets.Entry // nil: asked for once
	show    *widgets.Check
	problem *widget.Label
	others  []*Field // revealed with this one
	fit     func()
}

// New asks under title; submit runs on Enter, fit after it took more room
// or less.
func New(w words.Words, title, hint string, submit, fit func()) *Field {
	s := &Field{words: w, fit: fit, problem: widgets.Problem()}
	s.entry = concealed(hint, submit)
	s.entry.OnChanged = func(string) { s.Say("") }
	s.show = widgets.NewCheck(w.T("passphrase.show"), s.reveal)
	s.Object = container.NewVBox(widgets.Field(title, s.entry), s.problem, s.show)
	return s
}

// NewTwice asks for a passphrase that nobody has used yet, and says how good it is.
func NewTwice(w words.Words, title string, submit, fit func()) *Field {
	s := New(w, "", w.T("passphrase.new-hint"), submit, fit)
	s.again = concealed(w.T("passphrase.again-hint"), submit)
	label, advice := widgets.LiveHint(w.T("passphrase." + strength("")))
	s.entry.OnChanged = func(text string) {
		label.SetText(w.T("passphrase." + strength(text)))
		s.Say("")
	}
	s.again.OnChanged = func(string) { s.Say("") }
	s.Object = container.NewVBox(widgets.Field(title, s.entry), advice,
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

func (s *Field) reveal(on bool) {
	for _, e := range s.entries() {
		e.Password = !on
		e.Refresh()
	}
	for _, o := range s.others {
		o.reveal(on)
	}
}

func (s *Field) entries() []*widgets.Entry {
	if s.again == nil {
		return []*widgets.Entry{s.entry}
	}
	return []*widgets.Entry{s.entry, s.again}
}

// Say shows what is wrong with the passphrase, nothing for "".
func (s *Field) Say(problem string) {
	widgets.SetProblem(s.problem, problem)
	s.fit()
}

// Complete tells whether there is a passphrase to use, and else says what is
// wrong and gives the focus to where it can be mended.
func (s *Field) Complete(c fyne.Canvas) bool {
	w := s.words
	switch {
	case s.again == nil && s.entry.Text == "":
		s.Say(w.T("passphrase.missing"))
	case s.again != nil && utf8.RuneCountInString(s.entry.Text) < phone.MinPassphrase:
		s.Say(w.T("error.passphrase-too-short"))
	case s.again != nil && s.again.Text != s.entry.Text:
		s.Say(w.T("passphrase.differ"))
		c.Focus(s.again)
		return false
	default:
		return true
	}
	c.Focus(s.entry)
	return false
}

// Text is the passphrase that was typed.
func (s *Field) Text() string { return s.entry.Text }

// First wants the keyboard first.
func (s *Field) First() fyne.Focusable { return s.entry }

// RevealWith has the check of other show what is typed here too, in place of
// this field's own.
func (s *Field) RevealWith(other *Field) {
	s.show.Hide()
	other.others = append(other.others, s)
}

// Disableables are what nobody may touch while the passphrase is tried.
func (s *Field) Disableables() []fyne.Disableable {
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

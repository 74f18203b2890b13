package callview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/assets"
	own "paravent/ui/theme"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// compare shows the safety words over the call, and takes what the person
// found when comparing them.
type compare struct {
	dialog *widgets.Dialog
	shown  shown
}

// shown is what the panel depends on.
type shown struct {
	safety phone.Safety
	trust  phone.Trust
	peer   phone.Person
}

// showWords opens the panel; once connected there is something to say.
func (s *Screen) showWords() {
	if s.compare != nil || s.info.State != phone.Connected {
		return
	}
	w := s.env.Words
	c := &compare{shown: s.whatWords()}
	shut := widgets.NewButton(w.T("close"), func() { c.dialog.Hide() })
	c.dialog = widgets.NewDialog(s.env.Window, w.T("safety.title"), 560, s.words(), shut)
	c.dialog.OnClose(func() { s.compare = nil })
	s.compare = c
	s.env.Window.Canvas().Focus(shut)
}

// retellWords follows the call: other words after another route, another trust
// after an answer. Nobody compares words that are no longer in force.
func (s *Screen) retellWords() {
	switch {
	case s.compare == nil:
	case s.info.State != phone.Connected:
		s.compare.dialog.Hide()
	case s.compare.shown != s.whatWords():
		s.compare.dialog.Hide()
		s.showWords()
	}
}

func (s *Screen) whatWords() shown { return shown{s.info.Safety, s.info.Trust, s.info.Peer} }

// words is what there is to compare now.
func (s *Screen) words() fyne.CanvasObject {
	w := s.env.Words
	name := words.SafeName(s.info.Peer.Name)
	if name == "" {
		name = w.T("person.other")
	}
	switch s.info.Safety.State {
	case phone.SafetyReady:
		cells := container.NewGridWithColumns(len(s.info.Safety.Code))
		for _, b := range s.info.Safety.Code {
			cells.Add(widgets.Symbol(assets.Safety(b), w.Lang()))
		}
		return container.NewVBox(cells, widgets.Flush(widgets.Paragraph(w.T("safety.how", "name", name))), s.wordsState(name))
	case phone.SafetyPending:
		return widgets.Flush(widgets.Paragraph(w.T("safety.pending")))
	case phone.NoSafety:
	}
	return widgets.Flush(widgets.Paragraph(w.T("safety.none")))
}

// wordsState is what the person said before, and what they can say now.
func (s *Screen) wordsState(name string) fyne.CanvasObject {
	w := s.env.Words
	differ := widgets.NewButton(w.T("safety.differ"), s.wordsDiffer)
	differ.Importance = widget.DangerImportance
	if !s.info.Peer.Contact {
		add := widgets.NewButton(w.T("safety.add"), s.addPeer)
		add.Importance = widget.HighImportance
		return container.NewVBox(widgets.Flush(widgets.Paragraph(w.T("safety.add-first", "name", name))), container.NewHBox(add, differ))
	}
	same := widgets.NewButton(w.T("safety.same"), func() { s.env.Fail(s.phone.Verify(s.info.Peer.ID)) })
	same.Importance = widget.HighImportance
	if s.info.Trust == phone.Verified {
		return container.NewVBox(container.NewHBox(widgets.NewIcon("shield", theme.ColorNameSuccess, 22),
			widgets.NewLine(w.T("safety.verified", "name", name)).Bold()), container.NewHBox(differ))
	}
	return container.NewHBox(same, differ)
}

// addPeer puts the other side into the address book under the name that they
// call themselves by, which can be changed there, or asks for one where they
// have none.
func (s *Screen) addPeer() {
	name := words.SafeName(s.info.Peer.Name)
	if name != "" {
		s.env.Fail(s.keepPeer(name))
		return
	}
	s.compare.dialog.Hide()
	widgets.AskName(s.env, "", s.keepPeer).OnClose(s.showWords)
}

func (s *Screen) keepPeer(name string) error {
	_, err := s.phone.AddContact(name, s.info.Peer.Address)
	return err
}

// wordsDiffer takes away all trust at once, and offers to hang up.
func (s *Screen) wordsDiffer() {
	w := s.env.Words
	if s.info.Peer.Contact {
		s.env.Fail(s.phone.Distrust(s.info.Peer.ID))
	}
	if s.compare != nil {
		s.compare.dialog.Hide()
	}
	s.asking = widgets.Confirm(s.env.Window, w.T("safety.differ-title"), widgets.NewAlarm(10, w.T("safety.differ-means")),
		w.T("call.hangup"), w.T("call.stay"), s.hangUp)
}

// showTrust shows how far the other side's key is trusted. A call is encrypted
// in any case: only a verified person is shown in green, since encryption to
// somebody unknown proves nothing.
func (s *Screen) showTrust() {
	w := s.env.Words
	switch {
	case s.info.State != phone.Connected:
		s.trust.Set("", "", own.ColorSubtle)
	case s.info.Trust == phone.Changed:
		s.trust.Set("warning", w.T("safety.badge-changed"), theme.ColorNameError)
	case s.info.Trust == phone.Verified:
		s.trust.Set("shield", w.T("safety.badge-verified"), theme.ColorNameSuccess)
	case s.info.Safety.State == phone.NoSafety:
		s.trust.Set("shield", w.T("safety.badge-none"), own.ColorSubtle)
	default:
		s.trust.Set("shield", w.T("safety.badge-compare"), own.ColorSubtle)
	}
	visible(s.alarm, s.info.Trust == phone.Changed)
	s.retellWords()
}

// newAlarm is the red band of a call with somebody whose key changed.
func (s *Screen) newAlarm() *widgets.Panel {
	w := s.env.Words
	p := widgets.NewAlarm(0, w.T("safety.band"), widgets.NewButton(w.T("safety.badge-compare"), s.showWords))
	p.Hide()
	return p
}

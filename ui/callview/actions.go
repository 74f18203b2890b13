package callview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

func (s *Screen) toggleMute() { s.set(!s.info.Muted, s.info.CameraOff) }

func (s *Screen) toggleCamera() {
	if s.info.Video {
		s.set(s.info.Muted, !s.info.CameraOff)
	}
}

func (s *Screen) set(muted, cameraOff bool) {
	if err := s.phone.Mute(s.info.ID, muted, cameraOff); err != nil {
		s.env.Fail(err)
	}
}

func (s *Screen) toggleHold() {
	if s.info.State != phone.Connected {
		return
	}
	if err := s.phone.Hold(s.info.ID, !s.info.Held); err != nil {
		s.env.Fail(err)
	}
}

func (s *Screen) toggleStats() {
	on := !s.stats.Visible()
	visible(s.stats, on)
	tone := widgets.Plain
	if on {
		tone = widgets.Chosen
	}
	s.statsButton.Set("stats", s.env.Words.T("call.stats"), tone)
	s.arrange()
}

func (s *Screen) hangUp() {
	if err := s.phone.Hangup(s.info.ID); err != nil {
		s.env.Fail(err)
	}
}

// AskHangUp hangs up after a yes; before the call is connected, at once.
func (s *Screen) AskHangUp() {
	if s.info.State != phone.Connected {
		s.hangUp()
		return
	}
	w := s.env.Words
	s.asking = widgets.Ask(s.env.Window, w.T("call.hangup-title"), w.T("call.hangup-question", "name", w.Name(s.info.Peer.Name)),
		w.T("call.hangup"), w.T("call.stay"), s.hangUp)
}

// Close takes away what stands over the call.
func (s *Screen) Close() {
	if s.asking != nil {
		s.asking.Hide()
	}
	s.remote.OnShape(nil)
	s.local.OnShape(nil)
}

// Key does what a key asks for.
func (s *Screen) Key(name fyne.KeyName) {
	switch name {
	case fyne.KeyM:
		s.toggleMute()
	case fyne.KeyV:
		s.toggleCamera()
	case fyne.KeyH:
		s.toggleHold()
	case fyne.KeyS:
		s.toggleStats()
	case fyne.KeyEscape:
		s.AskHangUp()
	}
}

// HangUp hangs up without asking, for Ctrl+W.
func (s *Screen) HangUp() { s.hangUp() }

// showDetails explains the badge and lists what the other side can see.
func (s *Screen) showDetails() {
	w := s.env.Words
	text, _ := w.Badge(s.info)
	body := container.NewVBox(widgets.Flush(widgets.Paragraph(w.BadgeDetails(s.info))))
	if hosts := words.Hosts(s.info.PeerSees); len(hosts) > 0 {
		body.Add(widgets.NewLine(w.T("details.peer-sees")).Small())
		for _, h := range hosts {
			body.Add(widgets.NewLine(h).Bold())
		}
	}
	var d *widgets.Dialog
	done := widget.NewButton(w.T("done"), func() { d.Hide() })
	done.Importance = widget.HighImportance
	d = widgets.NewDialog(s.env.Window, text, 440, body, done)
	s.asking = d
}

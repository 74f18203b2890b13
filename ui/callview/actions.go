package callview

import (
	"fyne.io/fyne/v2"

	"paravent/app/phone"
	"paravent/ui/widgets"
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
	if s.consent != nil {
		s.consent.Hide()
	}
	if s.compare != nil {
		s.compare.dialog.Hide()
	}
	if s.live != nil {
		s.live.dialog.Hide()
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
	case fyne.KeyC:
		s.showWords()
	case fyne.KeyD:
		s.changePath()
	case fyne.KeyEscape:
		s.AskHangUp()
	}
}

// HangUp hangs up without asking, for Ctrl+W.
func (s *Screen) HangUp() { s.hangUp() }

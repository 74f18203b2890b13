// Package callview shows one call: ringing, under way, and how it ended.
// Drawing goroutine only.
package callview

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"paravent/app/phone"
	own "paravent/ui/theme"
	"paravent/ui/video"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Phone is what a call's screen does to the call.
type Phone interface {
	Hangup(id phone.CallID) error
	Mute(id phone.CallID, audioMuted, cameraOff bool) error
	Hold(id phone.CallID, on bool) error
	// GoDirect asks the other side for a direct path, or agrees to one that it
	// asked for; GoRelay withdraws, refuses, or goes back to the relay.
	GoDirect(id phone.CallID) error
	GoRelay(id phone.CallID) error
	// Verify and Distrust note what comparing the safety words showed.
	Verify(contact string) error
	Distrust(contact string) error
	AddContact(name, address string) (phone.Contact, error)
	// Exposure is what the call showed so far.
	Exposure(id phone.CallID) phone.Receipt
}

// Screen is a call under way.
type Screen struct {
	env           widgets.Env
	phone         Phone
	remote, local *video.Picture
	info          phone.CallInfo

	object fyne.CanvasObject
	name   *widgets.Line
	state  *widgets.Line
	badge  *widgets.Badge
	face   *widgets.Avatar
	note   *widgets.Line
	stage  *fyne.Container
	noFace *fyne.Container
	stats  *statsPanel

	mute, camera, hold, path, statsButton, hangup *widgets.Round
	upgrade                                       *upgradeBar
	consent                                       *widgets.Dialog // asks before a direct path is asked for, nil while it does not
	consentTo                                     []string        // the addresses it lists
	asking                                        *widgets.Dialog
	live                                          *live // the receipt, nil while it is not shown
	trust                                         *widgets.Badge
	alarm                                         *widgets.Panel // the key changed
	compare                                       *compare       // the safety words, nil while they are not shown
}

// nameRoom is what the other side's name and the call's time keep beside the
// badges in the smallest window.
const nameRoom = 150

// New shows the call of info; the pictures belong to the window, because the
// phone keeps drawing to them from call to call.
func New(env widgets.Env, p Phone, remote, local *video.Picture, info phone.CallInfo, now time.Time) *Screen {
	s := &Screen{env: env, phone: p, remote: remote, local: local}
	s.build()
	remote.OnShape(s.arrange)
	local.OnShape(s.arrange)
	s.Update(info, now)
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

func (s *Screen) build() {
	w := s.env.Words
	s.name = widgets.NewLine("").Sized(own.SizeTitle).Bold().Cut()
	s.state = widgets.NewLine("").Small().Cut()
	s.badge = widgets.NewBadge(s.showLive)
	s.trust, s.alarm = widgets.NewBadge(s.showWords), s.newAlarm()
	s.face, s.note = widgets.NewAvatar(128), widgets.NewLine("").Center()
	s.noFace = container.NewVBox(layout.NewSpacer(), container.NewCenter(s.face), widgets.Gap(8), s.note, layout.NewSpacer())
	s.stats = newStatsPanel(w)

	s.mute = widgets.NewRound("mic", w.T("call.mute"), widgets.Plain, s.toggleMute).Key(fyne.KeyM)
	s.camera = widgets.NewRound("video", w.T("call.camera-off"), widgets.Plain, s.toggleCamera).Key(fyne.KeyV)
	s.hold = widgets.NewRound("pause", w.T("call.hold"), widgets.Plain, s.toggleHold).Key(fyne.KeyH)
	s.path = s.pathButton()
	s.statsButton = widgets.NewRound("stats", w.T("call.stats"), widgets.Plain, s.toggleStats).Key(fyne.KeyS)
	s.hangup = widgets.NewRound("hangup", w.T("call.hangup"), widgets.Bad, s.hangUp).Key("Ctrl+W")
	s.upgrade = newUpgradeBar(w, s.goDirect, s.refuse)

	head := container.NewBorder(nil, nil, nil, container.NewCenter(container.NewHBox(s.trust, s.badge)), widgets.Wide(nameRoom, container.NewVBox(s.name, s.state)))
	top := widgets.NewPanel(own.ColorRail, 0, 20, 12, head)
	controls := container.NewHBox(layout.NewSpacer(), s.mute, s.camera, s.hold, s.path, s.statsButton, widgets.Gap(12), s.hangup, layout.NewSpacer())
	bottom := widgets.NewPanel(own.ColorRail, 0, 20, 12, controls)
	s.stage = container.New(&stage{s}, s.remote, s.noFace, s.local, s.stats)
	body := container.NewBorder(container.NewVBox(top, s.alarm, s.upgrade.panel), bottom, nil, nil, s.stage)
	s.object = container.NewThemeOverride(widgets.NewPanel(own.ColorStage, 0, 0, 0, body), own.NewDark())
}

// arrange lays the pictures out again.
func (s *Screen) arrange() { s.stage.Refresh() }

// ID is the call shown.
func (s *Screen) ID() phone.CallID { return s.info.ID }

// Info is the newest snapshot shown.
func (s *Screen) Info() phone.CallInfo { return s.info }

// Update shows a newer snapshot of the same call.
func (s *Screen) Update(info phone.CallInfo, now time.Time) {
	w := s.env.Words
	s.info = info
	name := w.Name(info.Peer.Name)
	s.name.SetText(name)
	s.face.SetPerson(words.SafeName(info.Peer.Name), info.Peer.ID)
	text, showing := w.Badge(info)
	icon, color := badgeLook(showing, info.Route)
	s.badge.Set(icon, text, color)
	s.retell(text)
	s.showTrust()

	choose(s.mute, info.Muted, "mic", "mic-off", w.T("call.mute"), w.T("call.unmute"))
	choose(s.camera, info.CameraOff, "video", "video-off", w.T("call.camera-off"), w.T("call.camera-on"))
	choose(s.hold, info.Held, "pause", "play", w.T("call.hold"), w.T("call.resume"))
	s.hold.SetDisabled(info.State != phone.Connected)
	visible(s.camera, info.Video)
	s.showUpgrade()
	s.showPictures()
	s.Tick(now)
}

// showPictures shows each picture only while there is one to see.
func (s *Screen) showPictures() {
	connected := s.info.Video && s.info.State == phone.Connected && !s.info.Held && !s.info.PeerHeld
	far := connected && !s.info.PeerCameraOff
	visible(s.remote, far)
	visible(s.noFace, !far)
	visible(s.local, s.info.Video && !s.info.CameraOff && !s.info.Held)
	s.note.SetText(s.remark())
	s.arrange()
}

// remark is what there is to say about the other side.
func (s *Screen) remark() string {
	w := s.env.Words
	switch {
	case s.info.State != phone.Connected:
		return w.State(s.info)
	case s.info.PeerHeld:
		return w.T("call.peer-held")
	case s.info.PeerMuted && s.info.PeerCameraOff && s.info.Video:
		return w.T("call.peer-silent")
	case s.info.PeerMuted:
		return w.T("call.peer-muted")
	case s.info.PeerCameraOff && s.info.Video:
		return w.T("call.peer-camera-off")
	}
	return ""
}

// Tick shows the time that passed.
func (s *Screen) Tick(now time.Time) {
	text := s.env.Words.State(s.info)
	if s.info.State == phone.Connected && !s.info.ConnectedAt.IsZero() {
		text += "  ·  " + words.Duration(now.Sub(s.info.ConnectedAt))
	}
	if s.info.State == phone.Connected && s.info.PeerMuted {
		text += "  ·  " + s.env.Words.T("call.peer-muted")
	}
	s.state.SetText(text)
	s.refreshLive()
}

// Stats shows figures, if the person wants to see them.
func (s *Screen) Stats(stats phone.Stats) { s.stats.set(stats, s.info.Video) }

func badgeLook(showing words.Showing, route phone.Route) (string, fyne.ThemeColorName) {
	switch {
	case showing == words.ShowsNothing:
		return "relay", theme.ColorNameSuccess
	case showing == words.ShowsAddress && route == phone.Direct:
		return "eye", theme.ColorNameWarning
	case showing == words.ShowsAddress:
		return "warning", theme.ColorNameWarning
	}
	return "info", own.ColorSubtle
}

func choose(b *widgets.Round, on bool, icon, iconOn, label, labelOn string) {
	if on {
		b.Set(iconOn, labelOn, widgets.Chosen)
	} else {
		b.Set(icon, label, widgets.Plain)
	}
}

func visible(o fyne.CanvasObject, on bool) {
	if on == o.Visible() {
		return
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

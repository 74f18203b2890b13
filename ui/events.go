package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"paravent/app/phone"
	"paravent/ui/callview"
	"paravent/ui/knock"
	"paravent/ui/widgets"
)

// handle brings one event to the screens. Drawing goroutine.
func (w *Window) handle(e phone.Event) {
	if w.closed {
		return
	}
	switch e := e.(type) {
	case phone.Incoming:
		w.ring(phone.CallInfo{ID: e.Call, Peer: e.From, Video: e.Video, Trust: e.Trust, State: phone.Ringing})
	case phone.CallChanged:
		w.callChanged(e.Call)
	case phone.StatsSampled:
		if w.call != nil && w.call.ID() == e.Call {
			w.call.Stats(e.Stats)
		}
	case phone.ReceiptReady:
		w.receiptReady(e.Receipt)
	case phone.SettingsChanged:
		w.settingsChanged()
	case phone.Notice:
		w.notice(e)
	case phone.ServerChanged:
		if w.main != nil {
			w.main.serverChanged(e)
		}
	case phone.Admitted:
		w.door.Welcome(e)
		w.reload()
	case phone.ContactsChanged, phone.HistoryChanged, phone.CallMissed, phone.Knocked, phone.DoorChanged:
		w.reload()
	case phone.MediaConnected, phone.FirstAudio: // CallChanged says the same
	}
}

func (w *Window) reload() {
	if w.main != nil {
		w.main.reload()
	}
}

// settingsChanged speaks another language at once where one was chosen.
func (w *Window) settingsChanged() {
	if w.main == nil {
		return
	}
	if w.phone.Settings().Language == w.lang {
		w.main.settingsChanged()
		return
	}
	page, who := w.main.page, w.main.contact.ID()
	w.main.check.Close()
	w.speak()
	w.main = newShell(w)
	if page == pageContact {
		w.main.openContact(who)
	} else {
		w.main.open(page)
	}
	if w.call == nil && w.ringing == nil && w.ended == nil {
		w.showMain()
	}
}

// callChanged shows the screen that fits the call's state.
func (w *Window) callChanged(c phone.CallInfo) {
	switch c.State {
	case phone.Ended:
		w.callEnded(c)
	case phone.Ringing:
		w.ring(c)
	case phone.Idle, phone.Proposing, phone.Alerting, phone.Negotiating, phone.Connected:
		w.callRuns(c)
	}
}

func (w *Window) ring(c phone.CallInfo) {
	if w.ringing != nil && w.ringing.Shows(c) {
		return
	}
	w.ringing = callview.NewIncoming(w.env, w.phone, c)
	w.setContent(w.ringing.Object(), w.ringing.Key)
	w.win.RequestFocus()
}

func (w *Window) callRuns(c phone.CallInfo) {
	if w.ringing != nil && w.ringing.ID() == c.ID {
		w.ringing = nil
	}
	if w.call != nil && w.call.ID() == c.ID {
		w.call.Update(c, w.world.now())
		return
	}
	w.leaveCall()
	w.ended = nil
	w.remote.Clear()
	w.local.Clear()
	w.call = callview.New(w.env, w.phone, w.remote, w.local, c, w.world.now())
	if w.ringing == nil {
		w.setContent(w.call.Object(), w.call.Key)
	}
}

func (w *Window) leaveCall() {
	if w.call != nil {
		w.call.Close()
		w.call = nil
	}
}

// callEnded says why, unless the person never took part in the call or
// another one took its place.
func (w *Window) callEnded(c phone.CallInfo) {
	if w.ringing != nil && w.ringing.ID() == c.ID {
		w.ringing = nil
		w.returnFromRing()
		return
	}
	if w.call == nil || w.call.ID() != c.ID {
		return
	}
	w.leaveCall()
	if w.ringing != nil {
		return
	}
	if c.Reason == phone.GlareLost || c.Reason == phone.Replaced || c.Reason == phone.ShutDown {
		w.showMain()
		return
	}
	w.ended = callview.NewEnded(w.env, c, w.world.now(), func(to string, video bool) {
		w.closeEnded()
		w.place(to, video, w.fail)
	}, func(to, name string) { knock.Leave(w.env, w.phone, to, name) }, w.closeEnded)
	if r, ok := w.receipt[c.ID]; ok {
		w.ended.Receipt(r)
	}
	w.setContent(w.ended.Object(), w.ended.Key)
}

func (w *Window) closeEnded() {
	w.ended = nil
	w.receipt = map[phone.CallID]phone.Receipt{}
	w.showMain()
}

// returnFromRing goes back to what was shown before it rang.
func (w *Window) returnFromRing() {
	if w.call != nil {
		w.setContent(w.call.Object(), w.call.Key)
		return
	}
	w.showMain()
}

func (w *Window) receiptReady(r phone.Receipt) {
	w.receipt[r.Call] = r
	if w.ended != nil && w.ended.ID() == r.Call {
		w.ended.Receipt(r)
	}
}

// showMain shows the main screens or, at first start, what it asks.
func (w *Window) showMain() {
	switch {
	case w.main != nil:
		w.main.reload()
		w.setContent(w.main.object, w.main.key)
		w.askLink()
	case w.asks != nil:
		w.setContent(w.asks.Object(), nil)
	}
}

// notice tells what the person should know. What they can do nothing about
// never interrupts: strangers can cause it.
func (w *Window) notice(n phone.Notice) {
	switch {
	case !n.Passing:
		w.tell("notice.title", n.Err) // nothing that the person did failed
	case w.call != nil && callview.AboutPath(n.Err):
		w.call.Say(w.env.Words.Error(n.Err))
	case w.main != nil:
		w.main.banner.Say(w.env.Words.Error(n.Err))
	}
}

// setContent changes what the window shows, and who gets the keys that no
// focused widget takes.
func (w *Window) setContent(o fyne.CanvasObject, keys func(fyne.KeyName)) { show(w.win, o, keys) }

// show does so in any window.
func show(win fyne.Window, o fyne.CanvasObject, keys func(fyne.KeyName)) {
	c := win.Canvas()
	widgets.ClearOverlays(c)
	c.Unfocus()
	win.SetContent(widgets.WithTips(c, o))
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if keys != nil {
			keys(e.Name)
		}
	})
}

// listenForKeys makes the window's own shortcuts.
func (w *Window) listenForKeys() {
	c := w.win.Canvas()
	for key, do := range map[fyne.KeyName]func(){fyne.KeyW: w.closeKey, fyne.KeyF: w.findKey, fyne.KeyN: w.addKey} {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) { do() })
	}
	c.AddShortcut(&fyne.ShortcutUndo{}, func(fyne.Shortcut) { w.undoKey() })
}

// closeKey is Ctrl+W: it hangs up, or closes what tells of an ended call.
func (w *Window) closeKey() {
	switch {
	case w.call != nil:
		w.call.HangUp()
	case w.ended != nil:
		w.closeEnded()
	}
}

// findKey is Ctrl+F: it leads to the search of the page, or to that of the
// address book.
func (w *Window) findKey() {
	switch {
	case !w.showsMain():
	case w.main.page == pageHistory:
		w.main.history.Find()
	default:
		w.main.open(pageContacts)
		w.main.contacts.Find()
	}
}

// undoKey is Ctrl+Z: it takes back what the page offers to.
func (w *Window) undoKey() {
	switch {
	case !w.showsMain():
	case w.main.page == pageContacts:
		w.main.contacts.Undo()
	case w.main.page == pageHistory:
		w.main.history.Undo()
	}
}

// addKey is Ctrl+N: it adds a contact.
func (w *Window) addKey() {
	if w.showsMain() {
		w.main.open(pageContacts)
		w.main.contacts.Add()
	}
}

// showsMain tells whether one of the main screens has the person's attention.
func (w *Window) showsMain() bool {
	return w.main != nil && w.call == nil && w.ringing == nil && w.ended == nil && w.win.Canvas().Overlays().Top() == nil
}

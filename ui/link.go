package ui

import (
	"fyne.io/fyne/v2"

	"paravent/ui/openlink"
)

// Raise brings the window forward, also where it is minimized.
func (w *Window) Raise() {
	if w.closed {
		return
	}
	raise(w.win)
}

func raise(win fyne.Window) {
	restore(win)
	win.Show()
	win.RequestFocus()
}

// Open brings the window forward and asks what to do with a paravent: link.
// While the phone rings or starts for the first time, the question waits.
func (w *Window) Open(link string) {
	if w.closed {
		return
	}
	w.link = link
	w.Raise()
	w.askLink()
}

// askLink asks about the link that waits, where the person can attend to it. A
// call that begins takes the question away; it comes again afterwards.
func (w *Window) askLink() {
	if w.link == "" || w.main == nil || w.ringing != nil {
		return
	}
	if w.linkAsk != nil {
		w.linkAsk.Hide()
	}
	w.linkAsk = openlink.Ask(w.env, w.phone, w.link, func(to string, video bool) { w.place(to, video, w.fail) },
		func() { w.link, w.linkAsk = "", nil })
}

package ui

import (
	"paravent/app/phone"
	"paravent/ui/callview"
	"paravent/ui/widgets"
)

// place calls to, away from the drawing goroutine: it may have to look things
// up. Where that would show this computer to somebody else's server, the
// person is asked first (P26).
func (w *Window) place(to string, video bool, failed func(error)) {
	w.placeBy(w.phone.Call, to, video, func(err error) {
		if phone.CodeOf(err) != callview.ShowsAddress {
			failed(err)
			return
		}
		t := w.env.Words
		widgets.Ask(w.win, t.T("shows-address.title"), t.Error(err)+"\n\n"+t.T("shows-address.remember"),
			t.T("shows-address.call"), t.T("shows-address.no-call"), func() {
				w.placeBy(w.phone.CallAnyway, to, video, failed)
			})
	})
}

func (w *Window) placeBy(call func(string, bool) (phone.CallID, error), to string, video bool, failed func(error)) {
	w.env.Spawn(func() func() {
		_, err := call(to, video)
		return func() {
			if err != nil && !w.closed {
				failed(err)
			}
		}
	})
}

package ui

import (
	"slices"

	"paravent/app/phone"
	"paravent/ui/callview"
)

// place calls to, away from the drawing goroutine: it may have to look things
// up. Where the phone wants the person to agree to something first, the person
// is asked, for one thing at a time.
func (w *Window) place(to string, video bool, failed func(error)) {
	w.placeWith(nil, to, video, failed)
}

func (w *Window) placeWith(consents []phone.Consent, to string, video bool, failed func(error)) {
	w.env.Spawn(func() func() {
		_, err := w.phone.Call(to, video, consents...)
		return func() {
			if err == nil || w.closed {
				return
			}
			asked := callview.AskConsent(w.env, callview.ToCall, err, func(c phone.Consent) {
				w.placeWith(append(slices.Clone(consents), c), to, video, failed)
			})
			if !asked {
				failed(err)
			}
		}
	})
}
